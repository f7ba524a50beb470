"""Twenty apps before and after the aspect: what tracing needs is new, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from cdk_ecs_xray import XRayTracingAspect
from tests.cdk.twenty_apps import APPS, NOT_APPS

TASK = "AWS::ECS::TaskDefinition"
ADDED = {"AWS::Logs::LogGroup", "AWS::IAM::Policy", "AWS::IAM::Role"}
POLICIES = {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}
Templates = Mapping[str, Any]


def synthesised(name: str, folder: Path, *, traced: bool) -> Templates:
    app = cdk.App(outdir=str(folder), analytics_reporting=False)
    finish = APPS[name](app)
    stages = [node for node in app.node.find_all() if cdk.Stage.is_stage(node) and node is not app]
    for scope in (stages or [app]) if traced else []:
        aspect = XRayTracingAspect()
        cdk.Aspects.of(scope).add(aspect, priority=cdk.AspectPriority.MUTATING)
    if callable(finish):
        finish()
    app.synth()
    paths = sorted(folder.rglob("*.template.json"))
    return {str(path.relative_to(folder)): json.loads(path.read_text()) for path in paths}


@pytest.fixture(scope="module")
def assemblies(
    tmp_path_factory: pytest.TempPathFactory,
) -> Mapping[str, tuple[Templates, Templates, Templates]]:
    folder = tmp_path_factory.mktemp("twenty")
    return {
        name: (
            synthesised(name, folder / "before" / name, traced=False),
            synthesised(name, folder / "after" / name, traced=True),
            synthesised(name, folder / "again" / name, traced=True),
        )
        for name in APPS
    }


def pairs(before: Templates, after: Templates) -> Iterator[tuple[str, Any, Any]]:
    for file, template in before.items():
        for logical_id, resource in template["Resources"].items():
            yield logical_id, resource, after[file]["Resources"].get(logical_id)


def statements(resource: Mapping[str, Any]) -> list[str]:
    found = resource["Properties"]["PolicyDocument"]["Statement"]
    return [
        json.dumps([action, {**one, "Action": 0}], sort_keys=True)
        for one in found
        for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
    ]


def shared(resource: Mapping[str, Any], *left_out: str) -> Mapping[str, Any]:
    return {
        **resource,
        "DependsOn": None,
        "Properties": {
            key: value
            for key, value in resource.get("Properties", {}).items()
            if key not in left_out
        },
    }


def test_there_are_twenty() -> None:
    assert len(APPS) >= 20


@pytest.mark.parametrize("name", APPS)
def test_two_syntheses_are_equal(assemblies: Mapping[str, Any], name: str) -> None:
    _, after, again = assemblies[name]

    assert json.dumps(after) == json.dumps(again)


@pytest.mark.parametrize("name", APPS)
def test_logical_ids_stay_and_only_what_tracing_needs_is_new(
    assemblies: Mapping[str, Any], name: str
) -> None:
    before, after, _ = assemblies[name]

    assert set(before) == set(after)
    for logical_id, old, new in pairs(before, after):
        assert new is not None, logical_id
        assert new["Type"] == old["Type"], logical_id
        assert set(old.get("DependsOn", [])) <= set(new.get("DependsOn", [])), logical_id
        if old["Type"] in POLICIES:
            assert set(statements(old)) <= set(statements(new)), logical_id
        elif old["Type"] == TASK:
            ours = ("ContainerDefinitions", "ExecutionRoleArn")
            assert shared(old, *ours) == shared(new, *ours), logical_id
        elif old["Type"] != "AWS::CloudFormation::Stack":
            assert shared(old) == shared(new), logical_id
    fresh = [
        resource["Type"]
        for file, template in after.items()
        for logical_id, resource in template["Resources"].items()
        if logical_id not in before[file]["Resources"]
    ]
    assert set(fresh) <= ADDED


@pytest.mark.parametrize("name", APPS)
def test_containers_keep_what_they_had_and_apps_are_wired(
    assemblies: Mapping[str, Any], name: str
) -> None:
    before, after, _ = assemblies[name]
    seen = 0
    for _, old, new in pairs(before, after):
        if old["Type"] != TASK:
            continue
        seen += 1
        had, has = (
            {one["Name"]: one for one in task["Properties"]["ContainerDefinitions"]}
            for task in (old, new)
        )
        assert set(has) - set(had) == {"xray-daemon"}
        for container, definition in had.items():
            wired = {"Environment", "DependsOn", "Links"}
            assert {k: v for k, v in definition.items() if k not in wired} == {
                k: v for k, v in has[container].items() if k not in wired
            }
            for key in wired:
                assert all(one in has[container].get(key, []) for one in definition.get(key, []))
            is_app = container not in NOT_APPS
            assert ("AWS_XRAY_DAEMON_ADDRESS" in json.dumps(has[container])) is is_app
    assert seen >= 1


def linted(templates: Sequence[Path]) -> list[str]:
    command = [
        str(Path(sys.prefix) / "bin" / "cfn-lint"),
        "--format",
        "json",
        "--non-zero-exit-code",
    ]
    done = subprocess.run(
        [*command, "none", *map(str, templates)], capture_output=True, text=True, check=True
    )
    return sorted(
        f"{Path(one['Filename']).name} {one['Rule']['Id']}" for one in json.loads(done.stdout)
    )


def test_cfn_lint_says_nothing_new(assemblies: Mapping[str, Any], tmp_path: Path) -> None:
    found = []
    for position, moment in enumerate(("before", "after")):
        folder = tmp_path / moment
        folder.mkdir()
        for name, templates in assemblies.items():
            for file, template in templates[position].items():
                flat = f"{name}-{file.replace('/', '-')}"
                (folder / flat).write_text(json.dumps(template))
        found.append(linted(sorted(folder.iterdir())))

    assert set(found[1]) <= set(found[0])
