"""Log lines with the trace's id: the examples of docs/logs.md, run with real SDKs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "log_lines"
VENV = Path(sys.prefix)
NODE = VENV / "bin" / "node"
_TRACE_ID = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")


@pytest.mark.parametrize(
    "command",
    [[sys.executable, str(EXAMPLES / "xray_sdk.py")], [str(NODE), str(EXAMPLES / "xray_sdk.js")]],
    ids=["python", "node"],
)
def test_a_line_within_a_trace_has_its_id(command: list[str]) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "NODE_PATH": str(ROOT / "node_modules"),
        "AWS_REGION": "eu-west-1",
        # Nobody listens there; the SDKs send what they sampled by UDP and go on.
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:9",
    }
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    trace_id = done.stdout.strip()
    assert _TRACE_ID.fullmatch(trace_id) is not None
    before, within = [line for line in done.stderr.splitlines() if line.startswith("WARN")]
    assert re.fullmatch(r"WARN(ING)? - started", before) is not None
    assert re.fullmatch(rf"WARN(ING)? {trace_id} paid", within) is not None


@pytest.mark.skipif(
    not (VENV / ".installed-sdks").is_file(),
    reason="AWS's OpenTelemetry distributions are not installed; make sdks, or make test, does it",
)
def test_variables_alone_put_the_id_into_a_line() -> None:
    run = "from opentelemetry.instrumentation.auto_instrumentation import run; run()"
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(VENV / "sdks" / "python"),
        "AWS_REGION": "eu-west-1",
        "OTEL_PYTHON_DISTRO": "aws_distro",
        "OTEL_PYTHON_CONFIGURATOR": "aws_configurator",
        **{f"OTEL_{signal}_EXPORTER": "none" for signal in ("TRACES", "METRICS", "LOGS")},
        "OTEL_PYTHON_LOG_CORRELATION": "true",
        "OTEL_PYTHON_LOG_FORMAT": "%(levelname)s %(otelTraceID)s %(message)s",
    }
    done = subprocess.run(
        [sys.executable, "-c", run, sys.executable, str(EXAMPLES / "opentelemetry_sdk.py")],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    trace_id = done.stdout.strip()
    assert re.fullmatch(r"[0-9a-f]{32}", trace_id) is not None
    lines = [line for line in done.stderr.splitlines() if line.startswith("WARNING")]
    assert lines == ["WARNING 0 started", f"WARNING {trace_id} paid"]


def java(name: str) -> ET.Element:
    return ET.parse(EXAMPLES / "java" / name).getroot()  # noqa: S314 - a file of ours


@pytest.mark.parametrize(
    ("name", "place"),
    [("logback.xml", "./appender/encoder/pattern"), ("log4j2.xml", ".//PatternLayout")],
)
def test_a_java_pattern_prints_the_key_that_the_agent_sets(name: str, place: str) -> None:
    (found,) = java(name).findall(place)
    pattern = found.get("pattern") or found.text or ""
    # In OpenTelemetry's page on the MDC, with span_id and trace_flags.
    assert re.findall(r"%X\{(\w+)", pattern) == ["trace_id"]
    page = (ROOT / "docs" / "logs.md").read_text(encoding="utf-8")
    assert name != "logback.xml" or f"<pattern>{pattern}</pattern>" in page


@pytest.mark.parametrize(
    ("name", "appender", "reference"),
    [("logback.xml", "appender[@name='{}']", "root/appender-ref"),
     ("log4j2.xml", ".//Console[@name='{}']", ".//Root/AppenderRef")],
)  # fmt: skip
def test_a_java_pattern_is_that_of_the_root_logger(
    name: str, appender: str, reference: str
) -> None:
    root = java(name)
    (used,) = root.findall(reference)
    assert len(root.findall(appender.format(used.get("ref")))) == 1


def test_spring_boot_prints_the_same_key() -> None:
    text = (EXAMPLES / "java" / "application.properties").read_text(encoding="utf-8")
    (setting,) = [line for line in text.splitlines() if not line.startswith("#")]
    name, _, pattern = setting.partition("=")
    assert name == "logging.pattern.level"
    assert re.findall(r"%mdc\{(\w+)", pattern) == ["trace_id"]
