"""Environment files: each mistake with its file, place, value and cure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdk_ecs_xray.environments.environment import Environment

# The retentions that PutRetentionPolicy documents.
RETENTIONS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192,
              2557, 2922, 3288, 3653)  # fmt: skip


def change(path: Path, *, service: dict[str, Any] | None = None, **keys: object) -> None:
    """Write the file with other keys, and with another first service; None takes a key out."""
    content = yaml.safe_load(path.read_text()) | keys
    if service is not None:
        content["services"][0] |= service
    path.write_text(yaml.safe_dump({k: v for k, v in content.items() if v is not None}))


def test_what_a_file_leaves_out_has_the_defaults_of_the_reference_setup(
    environment_file: Path,
) -> None:
    environment = Environment.from_file(environment_file)
    (service,) = environment.services

    assert (environment.account, environment.region) == (None, None)
    assert environment.collector == "xray-daemon"
    assert environment.log_retention_days == 30
    assert environment.removal_policy == "destroy"
    assert [rule.name for rule in environment.sampling_rules.rules] == ["checkout"]
    assert (service.network_mode, service.sidecar, service.desired_count) == ("bridge", "safe", 1)
    assert (service.port, service.cluster, service.new_cluster) == (None, None, None)


@pytest.mark.parametrize(
    ("keys", "expected", "fix"),
    [
        ({"regoin": "eu-west-1"}, "regoin must be a known key (got 'eu-west-1'", "mean 'region'?"),
        ({"name": None}, "name is required", "Add 'name: …'"),
        ({"namespace": None}, "namespace is required", "Add 'namespace: …'"),
        ({"sampling_rules": None}, "sampling_rules is required", "Add 'sampling_rules"),
        ({"sampling_rules": 7}, "sampling_rules must be the path of a rules file", "example"),
        ({"services": None}, "services is required", "Add 'services: …'"),
        ({"services": []}, "services must hold at least one service (got an empty list", "add one"),
        ({"services": "api"}, "services must be a list (got 'api'", "Write one"),
        ({"name": "Dev"}, "name must be 1 to 20 lower-case letters", "rename it"),
        ({"name": "a" * 21}, "name must be 1 to 20 lower-case letters", "rename it"),
        ({"name": 7}, "name must be text (got 7", "Put it in quotes"),
        ({"namespace": "f q"}, "namespace must be 1 to 20 lower-case letters", "rename it"),
        ({"region": "eu-west-9"}, "region must be an AWS region (got 'eu-west-9'", "eu-west-1"),
        ({"region": ""}, "region must be an AWS region (got ''", "eu-west-1"),
        ({"account": "12345678901"}, "account must be 12 digits (got 11 ", "Copy it"),
        ({"account": 12345678901}, "account must be 12 digits (got 11 ", "Copy it"),
        ({"account": "12345678901x"}, "account must be 12 digits", "copy"),
        ({"account": "１２３４５６７８９０１２"}, "account must be 12 digits", "copy"),  # noqa: RUF001
        ({"account": True}, "account must be text (got true", "Put it in quotes"),
        ({"log_retention_days": 31}, "log_retention_days must be a number of days", "30"),
        ({"log_retention_days": 0}, "log_retention_days must be a number of days", "30"),
        ({"log_retention_days": "30"}, "log_retention_days must be a whole number", "one"),
        ({"removal_policy": "snapshot"}, "removal_policy must be 'destroy' or 'retain'", "choose"),
        ({"collector": "zipkin"}, "collector must be ", "choose"),
        ({"exporter": "otlp"}, "exporter must be xray with collector xray-daemon", "adot"),
        ({"collector": "adot", "exporter": "zipkin"}, "exporter must be ", "choose"),
        ({"namespace": "${Token[TOKEN.7]}"}, "a value must be without CDK's own marks", "write"),
        ({"region": "#{Token[TOKEN.7]}"}, "a value must be without CDK's own marks", "write"),
    ],
    ids=str,
)  # fmt: skip
def test_a_bad_key_is_named_with_file_value_and_fix(
    environment_file: Path,
    problems_of: Callable[..., list[str]],
    keys: dict[str, Any],
    expected: str,
    fix: str,
) -> None:
    change(environment_file, **keys)

    (problem,) = problems_of(Environment.from_file, environment_file)

    assert problem.startswith(f"environments/dev.yaml: {expected}")
    assert fix.lower() in problem.rpartition(expected)[2].lower()


@pytest.mark.parametrize(
    ("keys", "expected", "fix"),
    [
        ({"network_mode": "none"}, "network_mode must be one of bridge, host, awsvpc", "choose"),
        ({"network_mode": "awsvpc", "cluster": "c"}, "network_mode awsvpc requires `vpc", "vpc"),
        ({"network_mode": 7}, "network_mode must be text (got 7", "quotes"),
        ({"image": "nginx latest"}, "image must be an image like registry/name:tag", "rename it"),
        ({"image": ""}, "image must be an image like registry/name:tag", "rename it"),
        (
            {"environment": {"": "a"}},
            "environment must have names that are not empty and hold no '=' (got ''",
            "rename",
        ),
        ({"environment": {"A=B": "c"}}, "environment must have names", "rename"),
        ({"environment": {"A\nB": "c"}}, "environment must have names", "rename"),
        ({"port": 0}, "port must be between 1 and 65535 (got 0", "80 is usual"),
        ({"port": 65536}, "port must be between 1 and 65535 (got 65536", "80 is usual"),
        ({"port": "80"}, "port must be a whole number (got '80'", "Write one"),
        ({"cpu": -1}, "cpu must be between 0 and ", "128"),
        ({"cpu": True}, "cpu must be a whole number (got true", "Write one"),
        ({"memory_reservation_mib": 3}, "memory_reservation_mib must be between 4 and ", "256"),
        ({"desired_count": -1}, "desired_count must be between 0 and 5000 (got -1", "1 runs"),
        ({"sidecar": "terrafrom"}, "sidecar must be 'safe' or 'terraform' (got", "choose"),
        ({"environment": ["A=b"]}, "environment must be a mapping (got a list", "Write one"),
        ({"cluster": "my cluster"}, "cluster must be letters, digits, hyphens", "rename it"),
        ({"cluster": "c", "new_cluster": {}}, "new_cluster and cluster 'c' cannot", "keep one"),
        ({"tracing_name": ""}, "tracing_name must be 1 to 200 letters", "rename it"),
        ({"tracing_name": 'a"b'}, "tracing_name must be 1 to 200 letters", "rename it"),
        ({"tracing_name": "a" * 201}, "tracing_name must be 1 to 200 letters", "rename it"),
        ({"tracing_name": "a", "environment": {"AWS_XRAY_TRACING_NAME": "b"}},
         "tracing_name and AWS_XRAY_TRACING_NAME in environment cannot be combined", "keep one"),
        ({"cluser": "c"}, "cluser must be a known key (got 'c'", "Did you mean 'cluster'?"),
        ({"new_cluster": {"instance_count": 0}}, "instance_count must be between 1 and ", "1"),
        ({"new_cluster": {"instance_type": "small"}}, "instance_type must be an ", ""),
        ({"new_cluster": {"instances": 2}}, "instances must be a known key (got 2", "instance_"),
        ({"new_cluster": "big"}, "new_cluster must be a mapping (got 'big'", "Write one"),
    ],
    ids=str,
)  # fmt: skip
def test_a_bad_service_key_is_named_with_file_service_value_and_fix(
    environment_file: Path,
    problems_of: Callable[..., list[str]],
    keys: dict[str, Any],
    expected: str,
    fix: str,
) -> None:
    change(environment_file, service=keys)

    (problem,) = problems_of(Environment.from_file, environment_file)

    assert problem.startswith(f"environments/dev.yaml, service 'ledger-watcher': {expected}")
    assert fix.lower() in problem.rpartition(expected)[2].lower()


def test_a_variable_that_is_no_text_is_named(
    environment_file: Path, problems_of: Callable[..., list[str]]
) -> None:
    change(environment_file, service={"environment": {"PORT": 80}})

    (problem,) = problems_of(Environment.from_file, environment_file)

    assert "service 'ledger-watcher'" in problem
    assert "PORT must be text (got a number). Put it in quotes" in problem


@pytest.mark.parametrize("name", ["ledger watcher", "", "-a", "1st", "a_b", "a" * 64, "a.b", "ä"])
def test_a_service_name_that_some_resource_refuses_is_shown(
    environment_file: Path, problems_of: Callable[..., list[str]], name: str
) -> None:
    change(environment_file, service={"name": name})

    (problem,) = problems_of(Environment.from_file, environment_file)

    assert "environments/dev.yaml, service " in problem
    assert f"got '{name}'" in problem


def test_services_need_names_of_their_own(
    environment_file: Path, problems_of: Callable[..., list[str]]
) -> None:
    change(
        environment_file, services=[{"name": "api", "image": "i"}, {"name": "api", "image": "j"}]
    )
    assert (
        "name must be unique (got 'api', already service 1"
        in problems_of(Environment.from_file, environment_file)[0]
    )

    change(environment_file, services=[{"name": "sampling", "image": "i"}])
    assert (
        "already the name of the sampling stack"
        in problems_of(Environment.from_file, environment_file)[0]
    )


def test_a_missing_rules_file_and_a_bad_one_are_reported_as_themselves(
    environment_file: Path, rules_file: Path, problems_of: Callable[..., list[str]]
) -> None:
    rules_file.write_text("rules:\n  - {name: a, priority: 0, fixed_rate: 5}\n")
    problems = problems_of(Environment.from_file, environment_file)
    assert len(problems) == 2
    assert all("sampling/rules.yaml, rule 'a': " in problem for problem in problems)

    rules_file.unlink()
    (problem,) = problems_of(Environment.from_file, environment_file)
    assert "sampling/rules.yaml: not found" in problem


def test_a_rule_whose_name_is_too_long_with_the_environment_is_refused(
    environment_file: Path, rules_file: Path, problems_of: Callable[..., list[str]]
) -> None:
    rules_file.write_text(f"rules:\n  - {{name: {'r' * 29}, priority: 1, fixed_rate: 0}}\n")

    (problem,) = problems_of(Environment.from_file, environment_file)

    assert "at most 32 characters long (got 33" in problem


def test_mistakes_in_fields_services_and_rules_are_reported_together(
    environment_file: Path, rules_file: Path, problems_of: Callable[..., list[str]]
) -> None:
    rules_file.write_text("rules:\n  - {name: a, priority: 1, fixed_rate: 5}\n")
    change(environment_file, region="mars-1", service={"cpu": -1, "network_mode": "none"}, x=1)

    problems = problems_of(Environment.from_file, environment_file)

    for part in ("region ", "cpu ", "network_mode ", "x must be a known key", "fixed_rate "):
        assert sum(part in problem for problem in problems) == 1, part


@pytest.mark.parametrize("days", RETENTIONS)
def test_every_retention_of_cloudwatch_logs_is_known(environment_file: Path, days: int) -> None:
    change(environment_file, log_retention_days=days)

    assert Environment.from_file(environment_file).log_retention_days == days


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(account=st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_an_account_is_never_taken_for_another_one(environment_file: Path, account: str) -> None:
    kept = environment_file.read_text()
    for written in (account, f'"{account}"'):
        environment_file.write_text(f"{kept}account: {written}\n")
        assert Environment.from_file(environment_file).account == account
    environment_file.write_text(kept)


@pytest.mark.parametrize("region", ["eu-west-1", "cn-north-1", "us-gov-west-1", "ap-southeast-2"])
def test_regions_of_every_partition_are_known(environment_file: Path, region: str) -> None:
    change(environment_file, region=region)

    assert Environment.from_file(environment_file).region == region
