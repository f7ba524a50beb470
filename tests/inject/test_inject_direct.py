"""``inject --direct``: spans to X-Ray without a collector, added and taken out again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray import ConfigurationError, EcsXRayError, NodeInstrumentation
from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.inject import TracingOptions, policy, trace_text, untrace_text
from cdk_ecs_xray.plan.direct import Direct, Distribution

ENDPOINT = "https://xray.eu-west-1.amazonaws.com/v1/traces"


def text_of(*environment: tuple[str, str], **more: Any) -> str:
    pairs = [{"name": name, "value": value} for name, value in environment]
    web = {"name": "web", "image": "shop:1", **({"environment": pairs} if pairs else {})}
    task = {"family": "shop", "taskRoleArn": "arn:aws:iam::111122223333:role/web", **more}
    return json.dumps({**task, "containerDefinitions": [web]}, indent=2) + "\n"


def directed(text: str, distribution: Distribution = "node", **options: Any) -> Any:
    botocore = distribution == "python"
    direct = Direct(
        distribution=distribution,
        botocore_in_image=botocore,
        sampling_ratio=options.pop("ratio", 0.05),
    )
    given = {"region": "eu-west-1", "direct": direct, **options}
    return trace_text(text, where="a.json", options=TracingOptions(**given))


def variables(text: str) -> dict[str, str]:
    (web,) = json.loads(text)["containerDefinitions"]
    return {one["name"]: one["value"] for one in web["environment"]}


@pytest.mark.parametrize("distribution", ["python", "node", "java", "dotnet"])
@pytest.mark.parametrize("own", [(), (("A", "1"),), (("OTEL_METRICS_EXPORTER", "otlp"),)])
def test_apps_get_what_signs_and_no_container(
    distribution: Distribution, own: tuple[tuple[str, str], ...]
) -> None:
    text = text_of(*own)

    result = directed(text, distribution)

    found = variables(result.text)
    assert found["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] == ENDPOINT
    assert found["OTEL_TRACES_SAMPLER_ARG"] == "0.05"
    assert found["OTEL_SERVICE_NAME"] == "web"
    assert (found.get("OTEL_AWS_SIG_V4_ENABLED") == "true") == (distribution == "dotnet")
    assert dict(own).items() <= found.items()
    assert "xray:PutSpans" in str(policy(result.injection.description))
    assert directed(result.text, distribution).text == result.text
    assert untrace_text(result.text, where="a.json").text == text


def test_ratio_name_and_partition_are_the_users() -> None:
    result = directed(text_of(), ratio=0, tracing_name="orders", region="cn-north-1")

    found = variables(result.text)
    assert found["OTEL_TRACES_SAMPLER_ARG"] == "0"
    assert found["OTEL_SERVICE_NAME"] == "orders"
    assert found["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] == (
        "https://xray.cn-north-1.amazonaws.com.cn/v1/traces"
    )


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        (text_of(("OTEL_TRACES_SAMPLER", "xray")), {}, "OTEL_TRACES_SAMPLER must be"),
        (text_of(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://x")), {}, "cannot be combined"),
        (text_of(), {"region": None}, "the region is required"),
        (
            '{"containerDefinitions": [{"name": "x", "image": "xray-daemon"}, {"name": "web"}]}',
            {},
            "direct and the collector 'x' cannot be combined",
        ),
    ],
)
def test_what_cannot_work_is_refused(
    text: str, options: dict[str, Any], expected: str, reads_well: Callable[[object], bool]
) -> None:
    with pytest.raises(EcsXRayError, match=expected) as raised:
        directed(text, **options)

    assert reads_well(str(raised.value))


@pytest.mark.parametrize("other", [{"instrument": NodeInstrumentation()}, {"replace": True}])
def test_it_is_a_way_of_its_own(other: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="cannot be combined"):
        TracingOptions(direct=Direct(distribution="node"), **other)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--direct", "python"], "botocore is required"),
        (["--direct", "node", "--collector", "adot"], "--direct and --collector adot cannot be"),
        (["--sampling-ratio", "0.5"], "--sampling-ratio requires --direct"),
        (["--direct", "node", "--sampling-ratio", "2"], "sampling_ratio must be between 0 and 1"),
    ],
)
def test_the_command_refuses_what_does_not_go_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    path = tmp_path / "a.json"
    path.write_text(text_of())

    assert run(["inject", str(path), "--region", "eu-west-1", *arguments]) == 2
    assert expected in capsys.readouterr().err


def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "a.json", tmp_path / "b.json"
    path.write_text(text_of())
    to = ["--direct", "python", "--botocore-in-image", "--sampling-ratio", "0"]

    assert run(["inject", str(path), "--region", "eu-west-1", *to, "-o", str(out)]) == 0
    assert variables(out.read_text())["OTEL_TRACES_SAMPLER_ARG"] == "0"
    assert "xray:PutSpansForIndexing" in capsys.readouterr().err
