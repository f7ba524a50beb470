"""The shipped sampling stack, and environments that share an account."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Annotations, Match, Template

from cdk_ecs_xray import SamplingRuleError
from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.environments.folder import read_environments
from cdk_ecs_xray.stacks.sampling_stack import SamplingStack

RULE = {"name": "checkout", "priority": 100, "fixed_rate": 0.5, "host": "example.com"}
OFF = {"enabled": False}
Write = Callable[..., Path]


def write_environment(folder: Path, name: str, **changed: Any) -> Path:
    (folder / "environments").mkdir(exist_ok=True)
    path = folder / "environments" / f"{name}.yaml"
    services = [{"name": "api", "image": "api:1"}]
    document = {
        "name": name,
        "namespace": "fq",
        "sampling_rules": "../sampling/rules.yaml",
        "services": services,
    }
    path.write_text(json.dumps(document | changed))
    return path


def stack_of(path: Path) -> Template:
    environment = Environment.from_file(path)
    return Template.from_stack(SamplingStack(cdk.App(), "sampling", environment=environment))


def test_only_the_environment_that_manages_the_default_rule_sets_it(
    folder: Path, write_rules: Write
) -> None:
    write_rules(RULE, default={"fixed_rate": 0.1, "managed_by": "prod"})

    dev = stack_of(write_environment(folder, "dev"))
    prod = stack_of(write_environment(folder, "prod"))

    dev.resource_count_is("Custom::XRayDefaultSamplingRule", 0)
    dev.resource_count_is("AWS::Lambda::Function", 0)
    prod.has_resource_properties("Custom::XRayDefaultSamplingRule", {"FixedRate": 0.1})


def test_groups_are_deployed_with_the_rules(folder: Path, write_rules: Write) -> None:
    write_rules(RULE, groups=[{"name": "faults", "filter_expression": "fault"}])

    stack = stack_of(write_environment(folder, "dev"))

    stack.has_resource_properties("AWS::XRay::Group", {"GroupName": "dev-faults"})
    stack.resource_count_is("AWS::XRay::SamplingRule", 1)


def test_an_account_holds_25_rules_of_all_its_environments(
    folder: Path, write_rules: Write
) -> None:
    write_rules(*(RULE | {"name": f"r{n}", "url_path": f"/{n}"} for n in range(13)))
    write_environment(folder, "dev")
    write_environment(folder, "prod")

    with pytest.raises(SamplingRuleError, match=r"rules must be at most 25.*got 26"):
        read_environments(folder / "environments")

    write_environment(folder, "prod", account="123456789012", region="eu-west-1")
    assert set(read_environments(folder / "environments")) == {"dev", "prod"}


def annotated(environments: Path, name: str) -> Annotations:
    read = read_environments(environments)
    stack = SamplingStack(cdk.App(), "sampling", environment=read[name], environments=read)
    return Annotations.from_stack(stack)


def test_rules_that_match_another_environments_services_are_warned_of(
    folder: Path, write_rules: Write
) -> None:
    write_rules(RULE | {"host": "*"})
    place = {"account": "123456789012", "region": "eu-west-1"}
    named = [{"name": "api", "image": "api:1", "environment": {"AWS_XRAY_TRACING_NAME": "p"}}]
    write_environment(folder, "dev", **place)
    write_environment(folder, "prod", **place, services=named)

    annotated(folder / "environments", "dev").has_warning(
        "/sampling/SamplingRules",
        Match.string_like_regexp(
            r"got '\*', which captures 'p' of 'prod'\)\. .*ecs-xray:sampling-other-environments"
        ),
    )

    write_environment(folder, "prod", **place | {"region": "eu-west-2"})
    annotated(folder / "environments", "dev").has_no_warning("*", Match.any_value())
    write_environment(folder, "prod")
    write_environment(folder, "dev")
    annotated(folder / "environments", "dev").has_no_warning("*", Match.any_value())


def test_an_environment_that_only_the_rules_know_is_warned_of(
    folder: Path, write_rules: Write
) -> None:
    write_rules(RULE | {"environments": {"prd": {"fixed_rate": 0}}})
    write_environment(folder, "dev")

    annotated(folder / "environments", "dev").has_warning(
        "/sampling/SamplingRules",
        Match.string_like_regexp("sampling rules: environment 'prd' not found. Choose one"),
    )


def test_a_rule_that_can_never_match_is_refused_whichever_environment_is_asked_for(
    folder: Path, write_rules: Write
) -> None:
    write_rules(RULE, RULE | {"name": "later", "priority": 200, "environments": {"dev": OFF}})
    write_environment(folder, "dev")
    prod = write_environment(folder, "prod")

    with pytest.raises(SamplingRuleError) as raised:
        read_environments(folder / "environments")

    (problem,) = map(str, raised.value.problems)
    assert problem.startswith(
        f"{prod}, sampling_rules, rule 'later', environment 'prod': it is never applied"
    )


def test_the_default_rule_is_set_by_one_environment_of_an_account(
    folder: Path, write_rules: Write
) -> None:
    for name in ("dev", "prod"):
        rules = write_rules(RULE, default={"managed_by": name}).rename(folder / f"{name}.yaml")
        write_environment(folder, name, sampling_rules=str(rules))

    with pytest.raises(SamplingRuleError, match=r"'dev', 'prod': default.managed_by must be set"):
        read_environments(folder / "environments")

    write_environment(folder, "prod", sampling_rules=str(rules), region="eu-west-1")
    assert set(read_environments(folder / "environments")) == {"dev", "prod"}
