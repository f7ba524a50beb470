"""The comparison can fail: every field of the reference setup, flipped or removed, is reported."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdk_ecs_xray.local.parity import Reference, Row, compare, read_reference
from cdk_ecs_xray.local.parity.comparison import ADDITIONS

FIELDS = list(
    read_reference(
        Path(__file__).parent / "reference_setup",
        environment="dev",
        service="ledger-watcher",
        region="eu-west-1",
    ).fields
)


def broken(rows: Any) -> dict[str, str]:
    return {row.field: row.verdict for row in rows if row.breaks_parity}


def flipped(value: object) -> object:
    """Return a value that a careless comparison could take for the same."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, list):
        return [*value, "more"]
    return f"{value} "


def test_the_same_is_equal_in_every_field_and_in_its_order(
    reference: Reference,
) -> None:
    rows = compare(reference.fields, dict(reference.fields), reconstructed=reference.reconstructed)

    assert broken(rows) == {}
    assert [row.field for row in rows] == list(reference.fields)
    assert {row.verdict for row in rows} == {"equal"}


def test_values_that_are_ours_carry_their_reason(reference: Reference) -> None:
    rows = compare(reference.fields, dict(reference.fields), reconstructed=reference.reconstructed)

    assert {row.field: row.note for row in rows if row.note} == dict(reference.reconstructed)


@pytest.mark.parametrize("field", FIELDS)
def test_a_flipped_field_is_reported_alone(reference: Reference, field: str) -> None:
    deployed = reference.fields | {field: flipped(reference.fields[field])}

    assert broken(compare(reference.fields, deployed)) == {field: "different"}


@pytest.mark.parametrize("field", FIELDS)
def test_a_removed_field_is_reported_alone(reference: Reference, field: str) -> None:
    deployed = {name: value for name, value in reference.fields.items() if name != field}

    assert broken(compare(reference.fields, deployed)) == {field: "missing"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sidecar.essential", 1),
        ("sidecar.essential", "true"),
        ("sidecar.cpu", "32"),
        ("sidecar.cpu", 32.0),
        ("sidecar.portMappings.hostPort", False),
        ("sidecar.portMappings.hostPort", None),
        ("policy.Resource", "*"),
        ("app.links", []),
        ("sidecar.name", "FQ-DEV-XRAY"),
    ],
)
def test_what_looks_alike_is_not_the_same(reference: Reference, field: str, value: object) -> None:
    deployed = reference.fields | {field: value}

    assert broken(compare(reference.fields, deployed)) == {field: "different"}


@pytest.mark.parametrize("field", ["policy.Action", "service.depends_on"])
def test_an_order_that_means_nothing_to_aws_is_ignored(reference: Reference, field: str) -> None:
    value: Any = reference.fields[field]
    assert len(value) > 1

    assert broken(compare(reference.fields, reference.fields | {field: value[::-1]})) == {}
    assert broken(compare(reference.fields, reference.fields | {field: value[1:]})) != {}
    assert broken(compare(reference.fields, reference.fields | {field: [value[0], *value]})) != {}


def test_any_other_order_counts() -> None:
    rows = compare({"app.command": ["a", "b"]}, {"app.command": ["b", "a"]})

    assert broken(rows) == {"app.command": "different"}


@pytest.mark.parametrize("field", ADDITIONS)
def test_an_explained_addition_is_listed_with_its_reason(reference: Reference, field: str) -> None:
    rows = compare(reference.fields, reference.fields | {field: "anything"})

    assert broken(rows) == {}
    (row,) = (row for row in rows if row.field not in reference.fields)
    assert row == Row(
        field=field,
        reference=None,
        deployed="anything",
        verdict="addition",
        note=ADDITIONS[field],
    )
    assert len(row.note.split()) >= 4


@pytest.mark.parametrize(
    "field",
    [
        "sidecar.privileged",
        "sidecar.user",
        "sidecar.commands",
        "sidecar.environment.SECRET",
        "sidecar.portMappings.name",
        "sidecar.healthCheck.command",
        "task definition.pidMode",
        "service.loadBalancers",
        "policy.Condition.StringEquals",
        "appendix",
        "",
    ],
)
def test_an_addition_without_a_reason_breaks_parity(reference: Reference, field: str) -> None:
    rows = compare(reference.fields, reference.fields | {field: "anything"})

    assert broken(rows) == {field: "unexplained"}


def test_an_explanation_covers_what_is_below_it(reference: Reference) -> None:
    below = {"app.logConfiguration.options.awslogs-group": "x", "app.portMappings[1].hostPort": 0}

    rows = compare(reference.fields, reference.fields | below)

    verdicts: Mapping[str, str] = {row.field: row.verdict for row in rows}
    assert verdicts["app.logConfiguration.options.awslogs-group"] == "addition"
    # With several mappings each is a field of its own, and still the service's.
    assert verdicts["app.portMappings[1].hostPort"] == "addition"


VALUES = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text(), max_size=3)
SIDES = st.dictionaries(st.text(max_size=3), VALUES, max_size=4)


@given(reference=SIDES, deployed=SIDES)
def test_every_field_of_either_side_gets_one_row(
    reference: dict[str, object], deployed: dict[str, object]
) -> None:
    rows = compare(reference, deployed)

    assert sorted(row.field for row in rows) == sorted({*reference, *deployed})
    for row in rows:
        same = reference.get(row.field) == deployed.get(row.field)
        assert (row.verdict == "equal") <= same
        assert (row.verdict in ("missing", "different", "equal")) == (row.field in reference)
