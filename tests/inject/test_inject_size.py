"""A task without room for the sidecar: refused, or raised where that is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from cdk_ecs_xray import EcsXRayError
from cdk_ecs_xray.inject import TracedText, TracingOptions, trace_text, untrace_text
from cdk_ecs_xray.plan.task_sizes import FARGATE_SIZES, fargate_size

FARGATE = {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc"}


def traced(task: Mapping[str, Any], *, size_to_fit: bool, name: str = "a.json") -> TracedText:
    options = TracingOptions(region="us-east-1", writes_log=False, size_to_fit=size_to_fit)
    return trace_text(json.dumps(task, indent=2), where=name, options=options)


def full(cpu: Any, memory: Any, used: tuple[int, int], **task: Any) -> Mapping[str, Any]:
    app = {"name": "app", "image": "i", "cpu": used[0], "memory": used[1]}
    return {**task, "cpu": cpu, "memory": memory, "containerDefinitions": [app]}


@pytest.mark.parametrize(
    ("before", "used", "after"),
    [
        (("256", "512"), (256, 256), ("512", "1024")),
        (("256", "512"), (128, 512), ("256", "1024")),
        (("256", "2048"), (128, 2048), ("512", "3072")),
        ((1024, 2048), (1024, 1024), (2048, 4096)),
        ((".25 vCPU", "0.5 GB"), (256, 256), ("0.5 vCPU", "1 GB")),
        (("4 vCPU", "30 GB"), (4096, 30720), ("8 vCPU", "32 GB")),
        (("1024", "8192"), (512, 8000), ("2048", "9216")),
    ],
)
def test_fargate_takes_its_next_size(
    before: tuple[Any, Any], used: tuple[int, int], after: tuple[Any, Any]
) -> None:
    task = full(*before, used, **FARGATE)

    result = traced(task, size_to_fit=True)

    found = json.loads(result.text)
    assert (found["cpu"], found["memory"]) == after
    (raised,) = [one for one in result.injection.warnings if one.id == "ecs-xray:size-raised"]
    assert "costs more" in str(raised.problem)
    assert untrace_text(result.text, where="a.json").text == json.dumps(task, indent=2)
    assert traced(found, size_to_fit=True).text == json.dumps(found, indent=2)


def test_instances_get_the_sum() -> None:
    result = traced(full("256", "512", (250, 500)), size_to_fit=True)

    found = json.loads(result.text)
    assert (found["cpu"], found["memory"]) == ("282", "756")
    assert "fewer tasks fit" in " ".join(str(one.problem) for one in result.injection.warnings)


def test_a_task_with_room_stays_as_it_is() -> None:
    result = traced(full("512", "1024", (256, 512), **FARGATE), size_to_fit=True)

    found = json.loads(result.text)
    assert (found["cpu"], found["memory"]) == ("512", "1024")
    assert "ecs-xray:size-raised" not in [one.id for one in result.injection.warnings]


def test_without_the_option_it_is_refused_and_the_option_named(
    reads_well: Callable[[object], bool],
) -> None:
    with pytest.raises(EcsXRayError) as raised:
        traced(full("256", "512", (256, 512), **FARGATE), size_to_fit=False)

    assert len(raised.value.problems) == 2
    for problem in raised.value.problems:
        assert "--size-to-fit" in problem.fix
        assert reads_well(problem)


def test_the_largest_size_cannot_be_raised() -> None:
    with pytest.raises(EcsXRayError, match="must be at most the task's 16384"):
        traced(full("16384", "122880", (16384, 1024), **FARGATE), size_to_fit=True)


def test_containers_are_not_made_fewer_by_size() -> None:
    apps = [{"name": f"app{number}", "image": "i"} for number in range(10)]

    with pytest.raises(EcsXRayError, match="at most 10 containers") as raised:
        traced({"containerDefinitions": apps}, size_to_fit=False)

    assert "--size-to-fit" not in str(raised.value)


def test_a_size_that_was_changed_since_stays() -> None:
    task = full("256", "512", (256, 256), **FARGATE)
    found = json.loads(traced(task, size_to_fit=True).text) | {"cpu": "2048", "memory": "4096"}

    result = json.loads(untrace_text(json.dumps(found), where="a.json").text)

    assert (result["cpu"], result["memory"]) == ("2048", "4096")


def test_fargate_has_the_sizes_of_its_documentation() -> None:
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
    limits = {cpu: (memories[0], memories[-1]) for cpu, memories in FARGATE_SIZES.items()}
    assert limits == {
        256: (512, 2048),
        512: (1024, 4096),
        1024: (2048, 8192),
        2048: (4096, 16384),
        4096: (8192, 30720),
        8192: (16384, 61440),
        16384: (32768, 122880),
    }
    assert fargate_size(16385, 512) is None
