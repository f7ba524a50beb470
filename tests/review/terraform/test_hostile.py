"""Documents that no Terraform writes: refused with a message, or read, and never a crash."""

from __future__ import annotations

import contextlib
import copy
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.errors import EcsXRayError
from cdk_ecs_xray.review.render import render
from cdk_ecs_xray.review.report import review
from tests.review.terraform.conftest import FORMS, ROLE, TASK, Reviewed
from tests.terraform_documents import Made, containers, plan, right, state, state_file

ODD: tuple[Any, ...] = (None, True, 0, "", "x", [], {}, [1], [None], {"a": {"b": [1]}})


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield every place in a document."""
    yield at
    inner = list(enumerate(value)) if isinstance(value, list) else []
    for key, one in value.items() if isinstance(value, dict) else inner:
        yield from paths(one, (*at, key))


def replaced(content: Any, at: tuple[Any, ...], value: Any) -> Any:
    found = copy.deepcopy(content)
    if not at:
        return value
    place = found
    for key in at[:-1]:
        place = place[key]
    place[at[-1]] = value
    return found


def whole(kind: Any) -> Any:
    """Return a document with something of everything."""
    blocks = {
        "volume": [{"name": "v", "host_path": "/x"}],
        "proxy_configuration": [{"container_name": "e", "properties": {"IgnoredUID": "1"}}],
        "runtime_platform": [{"operating_system_family": "LINUX"}],
        "placement_constraints": [{"type": "memberOf", "expression": "x"}],
    }
    network = {"network_configuration": [{"subnets": ["s"], "assign_public_ip": True}]}
    made = right(ecs_task_definition=blocks, ecs_service=network)
    made[1] = Made(
        address=ROLE,
        values={**made[1].values, "inline_policy": [{"name": "p", "policy": "{}"}]},
        unknown={"inline_policy": [{"policy": True}]},
        expressions={"name": ["module.m.name", "var.x"]},
    )
    return kind(*made)


@pytest.mark.parametrize("kind", [state, state_file, plan])
def test_a_wrong_type_at_any_place_is_no_crash(tmp_path: Path, kind: Any) -> None:
    content = whole(kind)
    file = tmp_path / "document.json"
    for number, at in enumerate(paths(content)):
        # One at each place, all of them over the document.
        file.write_text(json.dumps(replaced(content, at, ODD[number % len(ODD)])))
        with contextlib.suppress(EcsXRayError):
            assert render(review(str(file), against=str(file)), "json")


@pytest.mark.parametrize(
    "text",
    [
        '{"format_version": "1.2", "planned_values": ' + "[" * 5000,
        '{"format_version": "1.2", "planned_values": {"root_module": ' + '{"child_modules": [' * 90,
        json.dumps(plan(*right()))[:-200],
        '{"format_version": "1.2", "format_version": "1.2", "values": {}}',
        '{"format_version": "1.0", "values": {"root_module": {"resources": [NaN]}}}',
        '{"format_version": "' + "1" * 100_000 + '", "values": {}}',
    ],
)
def test_a_text_that_is_cut_or_deep_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "plan.json"
    file.write_text(text)

    with pytest.raises(EcsXRayError) as refused:
        review(str(file))

    assert len(str(refused.value)) < 500


def test_deep_definitions_are_not_read(reviewed: Reviewed) -> None:
    deep = "[" * 200 + "]" * 200
    made = right(
        ecs_task_definition={"container_definitions": deep}, iam_role_policy={"policy": deep}
    )

    assert [one.id for one in reviewed(made).findings] == ["not-read"]


def test_references_in_a_circle_end(reviewed: Reviewed) -> None:
    module = "module.m"
    task = Made(
        address=f"{module}.aws_ecs_task_definition.t",
        module=module,
        values={"container_definitions": containers()},
        unknown={"task_role_arn": True},
        expressions={"task_role_arn": ["var.a"]},
    )
    content = plan(
        task, m={"a": ["module.m.out"], "outputs": {"out": ["var.a", "module.m.out", "var.b"]}}
    )

    assert reviewed(content).coverage.startswith("1 of 1")


def test_what_is_not_printable_reaches_no_form(reviewed: Reviewed) -> None:
    address = 'aws_ecs_task_definition.t["\x1b[31m<script>"]'
    report = reviewed(state(Made(address=address, values={**right()[3].values, "arn": None})))

    for form in FORMS:
        rendered = render(report, form)
        assert "\x1b" not in rendered
        assert "<script>" not in rendered or form in ("terminal", "json", "sarif")


def test_functions_of_cloudformation_are_text_in_terraform(reviewed: Reviewed) -> None:
    odd = {"Ref": "AWS::NoValue"}
    text = containers(dockerLabels=odd, image="{{resolve:ssm:/x}}")
    report = reviewed(right(ecs_task_definition={"container_definitions": text}))

    assert report.tasks[0].apps[0].outcome == "connected"


def test_a_large_plan_is_read_in_seconds(tmp_path: Path) -> None:
    task = right()[3].values
    made = [
        Made(
            address=f"aws_ecs_task_definition.t[{number}]",
            values={**task, "family": f"f{number}", "arn": None},
            expressions={"task_role_arn": ["aws_iam_role.r"]},
        )
        for number in range(500)
    ]
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan(*made)))
    begun = time.process_time()

    report = review(str(file))

    assert len(report.tasks) == 500
    assert time.process_time() - begun < 15
    assert TASK not in str(report.tasks)
