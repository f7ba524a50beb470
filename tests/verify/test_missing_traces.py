"""A service without traces: the fix is that of its SDK, its stack and its name."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from cdk_ecs_xray.verify.check import Answer, CheckStatus
from cdk_ecs_xray.verify.checks.arrival import ARRIVAL
from cdk_ecs_xray.verify.checks.polling import POLLING
from cdk_ecs_xray.verify.deployment import Deployment
from tests.verify.account import XRAY_SDK, app, daemon, deployment, refused, stack

OTEL = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_SERVICE_NAME": "orders"}


def only(answers: Iterable[Answer]) -> Answer:
    (one,) = answers
    return one


def fix_of(looked_at: Deployment) -> tuple[str, str]:
    answer = only(ARRIVAL.look(looked_at))
    assert answer.problem is not None
    return answer.clause, answer.problem.fix


def test_an_x_ray_app_is_asked_whether_it_is_instrumented() -> None:
    what, fix = fix_of(deployment(stack(app(**XRAY_SDK), daemon()), running=XRAY_SDK))
    assert what == "none arrived in the last 10 minutes"
    assert "is the app instrumented?" in fix
    assert "OTEL" not in fix


def test_an_open_telemetry_app_gets_the_switches_of_open_telemetry() -> None:
    _, fix = fix_of(deployment(stack(app(**OTEL), daemon()), running=OTEL))
    assert "OTEL_SDK_DISABLED" in fix
    assert "X-Ray SDK" not in fix


@pytest.mark.parametrize(
    "variables",
    [
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"},
        # OpenTelemetry does not read this one.
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "AWS_XRAY_TRACING_NAME": "orders"},
        # The default endpoint, which the collector beside it serves.
        {"OTEL_TRACES_EXPORTER": "otlp"},
    ],
)
def test_an_open_telemetry_app_without_a_name_needs_its_own_variable(
    variables: dict[str, str],
) -> None:
    what, fix = fix_of(deployment(stack(app(**variables), daemon()), running=variables))
    assert "unknown_service" in what
    assert fix.startswith("Set OTEL_SERVICE_NAME on")


def test_the_name_among_the_resource_attributes_counts() -> None:
    variables = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318",
        "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=dev, service.name=orders",
    }
    looked_at = deployment(stack(app(**variables), daemon()), running=variables)
    assert only(ARRIVAL.look(looked_at)).subject == "traces of orders"


def test_a_stack_that_was_never_deployed_is_to_be_deployed() -> None:
    looked_at = deployment(stack(app(**XRAY_SDK), daemon()))
    answer = only(ARRIVAL.look(looked_at))
    assert answer.status is CheckStatus.NOT_CHECKED
    assert answer.problem is not None
    assert answer.problem.fix.startswith("Run cdk deploy 'dev/shop'")
    assert only(POLLING.look(looked_at)).status is CheckStatus.NOT_CHECKED


def test_after_a_rename_the_former_name_is_shown() -> None:
    looked_at = deployment(
        stack(app(**XRAY_SDK), daemon()), running={**XRAY_SDK, "AWS_XRAY_TRACING_NAME": "basket"}
    )
    what, fix = fix_of(looked_at)
    assert "calls it 'basket'" in what
    assert fix.startswith("Run cdk deploy 'dev/shop'")


def test_a_name_set_in_code_is_shown_with_the_variable_to_change() -> None:
    looked_at = deployment(
        stack(app(**XRAY_SDK), daemon()), running=XRAY_SDK, names=["cart", "ecs-xray-verify"]
    )
    what, fix = fix_of(looked_at)
    assert what.endswith("traces of cart did")
    assert "AWS_XRAY_TRACING_NAME" in fix


def test_who_may_not_read_the_running_definition_loses_only_the_hint() -> None:
    looked_at = deployment(
        stack(app(**XRAY_SDK), daemon()),
        running=XRAY_SDK,
        describe_services=refused("DescribeServices"),
    )
    assert fix_of(looked_at)[0] == "none arrived in the last 10 minutes"


def test_two_containers_and_two_services_of_one_name_are_one_line() -> None:
    source = stack(app(**XRAY_SDK), app("worker", **XRAY_SDK), daemon(), Second=[app(**XRAY_SDK)])
    assert only(ARRIVAL.look(deployment(source, running=XRAY_SDK))).subject == "traces of orders"


@pytest.mark.parametrize(("sampler", "status"), [("xray", "failed"), ("always_on", "ok")])
def test_only_the_xray_sampler_of_open_telemetry_asks_for_rules(sampler: str, status: str) -> None:
    variables = {**OTEL, "OTEL_TRACES_SAMPLER": sampler}
    looked_at = deployment(stack(app(**variables), daemon()), running=variables)
    assert only(POLLING.look(looked_at)).status.value == status
