"""cdk-nag on twenty apps before and after the aspect: two rules speak of what tracing needs."""

from __future__ import annotations

import json
from pathlib import Path

import aws_cdk as cdk
import pytest
from cdk_nag import AwsSolutionsChecks

from cdk_ecs_xray import XRayTracingAspect
from tests.cdk.twenty_apps import APPS

# X-Ray's actions take no resource but '*'; an app finds its collector by a variable.
NEEDED = {"AwsSolutions-IAM5[Resource::*]", "AwsSolutions-ECS2"}


def nagged(folder: Path, *, traced: bool) -> set[tuple[str, str]]:
    """Return construct and rule of every finding, from one synthesis of all apps."""
    app = cdk.App(outdir=str(folder), analytics_reporting=False)
    for name, build in APPS.items():
        if name in ("stages", "pipeline"):
            # They have Stages of their own, which this test makes for the others.
            continue
        stage = cdk.Stage(app, name.replace("_", "-"))
        build(stage)
        if traced:
            aspect = XRayTracingAspect()
            cdk.Aspects.of(stage).add(aspect, priority=cdk.AspectPriority.MUTATING)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    with pytest.raises(RuntimeError, match="AwsSolutions"):
        app.synth()
    report = json.loads((folder / "validation-report.json").read_text())
    return {
        (construct["constructPath"], violation["ruleName"])
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    }


def test_nag_says_nothing_new_but_what_tracing_needs(tmp_path: Path) -> None:
    before = nagged(tmp_path / "before", traced=False)
    after = nagged(tmp_path / "after", traced=True)

    assert before
    assert before <= after
    assert {rule for _, rule in after - before} == NEEDED
