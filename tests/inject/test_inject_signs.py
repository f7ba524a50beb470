"""What a task definition says besides its containers: its system, launch type and roles."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from cdk_ecs_xray import EcsXRayError
from cdk_ecs_xray.inject import TracingOptions, trace_text

ANYWHERE = TracingOptions(region="us-east-1", writes_log=False)
APP: Mapping[str, Any] = {"name": "app", "image": "nginx:1"}


@pytest.mark.parametrize(
    "task",
    [
        {"placementConstraints": [{"expression": "attribute:ecs.os-type == windows"}]},
        {"containerDefinitions": [{**APP, "image": "mcr.microsoft.com/windows/servercore:1"}]},
        {"volumes": [{"name": "v", "fsxWindowsFileServerVolumeConfiguration": {"a": "b"}}]},
    ],
    ids=str,
)
def test_a_windows_task_is_refused_by_any_sign_of_it(
    reads_well: Callable[[object], bool], task: Mapping[str, Any]
) -> None:
    text = json.dumps({"containerDefinitions": [APP], **task})

    with pytest.raises(EcsXRayError, match="must be Linux") as raised:
        trace_text(text, where="task.json", options=ANYWHERE)

    assert reads_well(str(raised.value))
