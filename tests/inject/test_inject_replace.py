"""``inject --replace``: a collector that is there is exchanged, and comes back byte by byte."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray import AdotCollector, CloudWatchAgent, XRayDaemon
from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.inject import TracingOptions, trace_text, untrace_text
from tests.inject.old_collectors import (
    ADOT,
    DAEMON,
    LOG,
    WEB,
    containers,
    replaced,
    text_of,
    variables,
)


def test_the_place_the_name_the_log_and_the_ports_stay() -> None:
    result = json.loads(replaced(text_of(DAEMON, WEB)).text)

    tracer, web = result["containerDefinitions"]
    assert "aws-otel-collector" in tracer["image"]
    assert tracer["name"] == "tracer"
    assert tracer["logConfiguration"]["options"]["awslogs-group"] == "/ecs/xray"
    assert tracer["portMappings"] == DAEMON["portMappings"]
    assert variables(tracer)["AWS_REGION"] == "eu-west-1"
    assert "command" not in tracer
    assert web["links"] == ["tracer"]
    assert variables(web)["AWS_XRAY_DAEMON_ADDRESS"] == "tracer:2000"


def test_what_the_daemon_has_besides_its_program_stays() -> None:
    more = {
        "environment": [{"name": "HTTPS_PROXY", "value": "http://proxy:3128"}],
        "dockerLabels": {"team": "shop"},
        "links": ["proxy"],
        "dependsOn": [{"containerName": "setup", "condition": "SUCCESS"}],
        "extraHosts": [{"hostname": "h", "ipAddress": "10.0.0.1"}],
    }
    setup, proxy = ({"name": name, "image": "i"} for name in ("setup", "proxy-agent"))
    more["links"] = []
    tracer = containers(replaced(text_of({**DAEMON, **more}, WEB, setup, proxy)).text)["tracer"]

    assert variables(tracer)["HTTPS_PROXY"] == "http://proxy:3128"
    assert tracer["dockerLabels"]["team"] == "shop"
    assert tracer["dependsOn"] == more["dependsOn"]
    assert tracer["extraHosts"] == more["extraHosts"]


@pytest.mark.parametrize("old", [DAEMON, ADOT], ids=["daemon", "adot"])
@pytest.mark.parametrize(
    "new", [AdotCollector(exporter="both"), CloudWatchAgent(), XRayDaemon()], ids=str
)
def test_remove_gives_the_original_back(old: Mapping[str, Any], new: Any) -> None:
    text = text_of(WEB, old)

    changed = replaced(text, new, region="eu-west-1").text

    assert changed != text
    assert untrace_text(changed, where="a.json").text == text
    assert replaced(changed, new, region="eu-west-1").text == changed


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "a.yaml",
            "family: shop\nnetworkMode: bridge\ncontainerDefinitions:\n# first\n- name: tracer\n"
            "  image: amazon/aws-xray-daemon   # pinned?\n  cpu: ${CPU}\n  # of it\n"
            "  environment:\n  - {name: A, value: '${B}'}\n- name: web\n  image: i\n"
            "  links: [tracer]\n  dependsOn:\n    - containerName: tracer\n"
            "      condition: START\n  # end\n",
        ),
        ("a.yaml", "- name: web\n  image: i\n- name: t\n  image: xray-daemon\n# end\n"),
        ("a.yaml", "[{name: t, image: xray-daemon}, {name: web, image: i, links: [t]}]\n"),
        ("a.json", '[{"name": "t", "image": "xray-daemon", "cpu": {{ cpu }}}, {"name": "w"}]'),
        ("a.json", '[\r\n\t{\r\n\t\t"name": "t",\r\n\t\t"image": "xray-daemon"\r\n\t}\r\n]\r\n'),
    ],
)
def test_layout_comments_and_placeholders_come_back(name: str, text: str) -> None:
    mode = None if "networkMode" in text else "bridge"

    changed = replaced(text, name=name, region="eu-west-1", network_mode=mode).text

    assert "aws-otel-collector" in changed
    assert untrace_text(changed, where=name).text == text


def test_replacing_back_gives_the_kits_daemon_and_then_the_owners() -> None:
    text = text_of(WEB, DAEMON)
    back = replaced(replaced(text).text, XRayDaemon()).text

    tracer = containers(back)["tracer"]
    assert tracer["image"].startswith("public.ecr.aws/xray/aws-xray-daemon:")
    assert not [name for name in variables(containers(back)["web"]) if name.startswith("OTEL_")]
    assert untrace_text(back, where="a.json").text == text


def test_a_sidecar_that_inject_added_is_exchanged_with_its_name_and_log() -> None:
    text = text_of({"name": "web", "image": "shop:1", "logConfiguration": LOG})
    traced = trace_text(text, where="a.json", options=TracingOptions()).text

    changed = replaced(traced).text

    assert "aws-otel-collector" in containers(changed)["xray-daemon"]["image"]
    log = containers(changed)["xray-daemon"]["logConfiguration"]
    assert log["options"]["awslogs-group"] == "/ecs/xray"
    assert untrace_text(changed, where="a.json").text == text
    assert replaced(changed, XRayDaemon()).text == traced


def test_names_in_xray_and_samplers_of_otel_apps_stay_as_the_code_has_them() -> None:
    web = variables(containers(replaced(text_of(DAEMON, WEB)).text)["web"])
    assert "AWS_XRAY_TRACING_NAME" not in web

    spans = {**WEB, "environment": [{"name": "OTEL_TRACES_EXPORTER", "value": "otlp"}]}
    web = variables(containers(replaced(text_of(ADOT, spans)).text)["web"])
    assert web.keys().isdisjoint(
        {"AWS_XRAY_TRACING_NAME", "OTEL_SERVICE_NAME", "OTEL_TRACES_SAMPLER", "OTEL_PROPAGATORS"}
    )
    assert web["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] == "http://tracer:4318/v1/traces"

    chosen = replaced(text_of(ADOT, WEB), tracing_name="shop").text
    assert variables(containers(chosen)["web"])["OTEL_SERVICE_NAME"] == "shop"


@pytest.mark.parametrize(
    ("flags", "address", "after"),
    [
        ([], "tracer:2000", "tracer:2000"),
        ([], "udp:tracer:2000 tcp:tracer:2000", "udp:tracer:2000 tcp:tracer:2000"),
        (["-b", "0.0.0.0:3000", "-t", "0.0.0.0:3000"], "tracer:3000", "tracer:2000"),
        (["-b", "0.0.0.0:3000"], "udp:tracer:3000 tcp:tracer:2000", "tracer:2000"),
        (["-b", "0.0.0.0:3000"], "10.0.0.9:3000", "10.0.0.9:3000"),
    ],
)
def test_the_apps_address_leads_to_the_new_collector(
    flags: list[str], address: str, after: str
) -> None:
    web = {**WEB, "environment": [{"name": "AWS_XRAY_DAEMON_ADDRESS", "value": address}]}
    text = text_of({**DAEMON, "command": flags}, web)

    result = replaced(text, region="eu-west-1")

    assert variables(containers(result.text)["web"])["AWS_XRAY_DAEMON_ADDRESS"] == after
    kept = [one for one in result.injection.warnings if one.id == "ecs-xray:environment-kept"]
    assert bool(kept) == address.startswith("10.")
    assert untrace_text(result.text, where="a.json").text == text


def test_region_and_role_are_taken_over() -> None:
    role = "arn:aws:iam::111122223333:role/central"
    result = replaced(text_of({**DAEMON, "command": ["-n", "us-west-2", "-r", role]}, WEB))

    configuration = variables(containers(result.text)["tracer"])["AOT_CONFIG_CONTENT"]
    assert variables(containers(result.text)["tracer"])["AWS_REGION"] == "us-west-2"
    assert role in configuration
    assert result.injection.description.assumes_role == role


def test_the_default_of_the_image_is_exchanged_with_a_warning() -> None:
    old = {**ADOT, "environment": [], "command": ["--config=/etc/ecs/ecs-default-config.yaml"]}

    result = replaced(text_of(old, WEB), region="eu-west-1")

    assert "ecs-xray:replaced-gives-up" in [one.id for one in result.injection.warnings]


def test_a_file_without_a_collector_gets_one_and_a_warning() -> None:
    result = replaced(text_of({"name": "web", "image": "i"}), region="eu-west-1", writes_log=False)

    assert "aws-otel-collector" in containers(result.text)
    assert "ecs-xray:nothing-to-replace" in [one.id for one in result.injection.warnings]


def test_the_old_collector_leaves_its_room() -> None:
    text = text_of(DAEMON, {**WEB, "cpu": 224}, cpu="256")

    assert "aws-otel-collector" in replaced(text).text


def test_the_difference_comes_first_and_holds_no_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = {**DAEMON, "environment": [{"name": "HTTPS_PROXY", "value": "http://u:hidden@p:1"}]}
    source, target = tmp_path / "a.json", tmp_path / "b.json"
    source.write_text(text_of(secret, WEB))

    to = ["--replace", "--collector", "adot"]
    assert run(["inject", str(source), *to, "-o", str(target)]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert '-      "image": "amazon/aws-xray-daemon:3.x"' in err.replace(",\n", "\n")
    assert "hidden" not in err
    assert run(["inject", str(target), "--remove", "-o", str(tmp_path / "c.json")]) == 0
    assert (tmp_path / "c.json").read_text() == source.read_text()
    capsys.readouterr()
    assert run(["inject", str(source), "--remove", "--replace"]) == 2
    assert "--remove and --replace cannot be combined" in capsys.readouterr().err


def test_without_the_option_a_warning_names_it() -> None:
    result = replaced(text_of(DAEMON, WEB), replace=False)

    assert result.text == text_of(DAEMON, WEB)
    (warned,) = result.injection.warnings
    assert "--replace" in str(warned.problem)
