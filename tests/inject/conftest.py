"""The task definitions of ``cases/`` and how each is to be traced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from cdk_ecs_xray import SidecarProfile
from cdk_ecs_xray.inject import SidecarNames, TracingOptions

CASES = Path(__file__).parent / "cases"
EXISTING_GROUP = TracingOptions(region="eu-west-1", log_group="/ecs/xray")
OPTIONS: Mapping[str, TracingOptions] = {
    "app-mesh.json": TracingOptions(),
    "arm64.json": TracingOptions(),
    "efs.json": EXISTING_GROUP,
    "firelens.json": TracingOptions(),
    "gpu.json": TracingOptions(),
    "multiple-apps.yaml": TracingOptions(
        region="${REGION}",
        profile=SidecarProfile.TERRAFORM,
        names=SidecarNames.from_parts(namespace="fq", environment="${ENVIRONMENT}", service="shop"),
    ),
    "no-network-mode.json": EXISTING_GROUP,
    "secrets.json": TracingOptions(),
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One task definition with its expected result beside it."""

    path: Path
    options: TracingOptions

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def expected(self) -> str:
        beside = self.path.with_name(f"{self.path.stem}.traced{self.path.suffix}")
        return beside.read_text(encoding="utf-8")

    @property
    def registered(self) -> Any:
        """The expected result with plausible values in place of its placeholders."""
        text = self.expected.replace("${WEB_CPU}", "64").replace("${REGION}", "eu-west-1")
        for name in ("NAMESPACE", "ENVIRONMENT", "TAG"):
            text = text.replace(f"${{{name}}}", name.lower())
        # JSON is YAML, and nothing in these files reads differently in its version 1.1.
        return yaml.safe_load(text.replace("\t", " "))


@pytest.fixture(params=sorted(OPTIONS))
def case(request: pytest.FixtureRequest) -> Case:
    """Each of the task definitions that can be traced."""
    return Case(path=CASES / request.param, options=OPTIONS[request.param])


@pytest.fixture(scope="session")
def cases() -> Path:
    """The folder of all task definitions."""
    return CASES
