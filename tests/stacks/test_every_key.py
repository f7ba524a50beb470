"""Every key of an environment file reaches the template with another value than its default."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any

import aws_cdk as cdk
import pytest
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from cdk_ecs_xray.environments.defaults import Defaults
from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.environments.schema import environment_schema
from cdk_ecs_xray.environments.service import Service
from cdk_ecs_xray.stacks.stage import EnvironmentStage
from tests.stacks.conftest import RULES
from tests.stacks.container_rows import CONTAINER_ROWS
from tests.stacks.rows import Row, at
from tests.stacks.service_rows import SERVICE_ROWS

ROWS: Sequence[Row] = [*CONTAINER_ROWS, *SERVICE_ROWS]  # type: ignore[list-item]
SHOWN_ELSEWHERE = {
    **dict.fromkeys(
        ("name", "namespace", "account", "region", "services", "sampling_rules"),
        "test_environment_options.py",
    ),
    "tags": "test_stack_tags_are_the_environments",
    "monitoring": "monitoring/test_monitoring_stack.py",
    "transaction_search": "test_transaction_search_stack.py",
}
"""Keys of the environment itself, and the test that shows each."""
OF_FILES = {"task_definition", "task_definition_values", "replace_collector"}
"""Keys of a service that test_task_definition_files.py shows."""


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from models_in(argument)


def models(root: type[BaseModel]) -> set[type[BaseModel]]:
    found, waiting = set(), [root]
    while waiting:
        model = waiting.pop()
        if model not in found and model is not Defaults:
            found.add(model)
            for field in model.model_fields.values():
                waiting += models_in(field.annotation)
    return found


def content(number: int, row: Row, *, as_default: bool = False) -> dict[str, Any]:
    service = {"name": "api", "image": "nginx:1", "cluster": "shared", **row.service}
    keys = {key: value for key, value in service.items() if value is not None}
    shared: dict[str, Any] = {}
    if as_default:
        movable = Defaults.model_fields.keys() - {"cluster"}
        shared = {"defaults": {key: keys.pop(key) for key in list(keys) if key in movable}}
    return {
        "name": f"e{number}",
        "namespace": "fq",
        "sampling_rules": RULES,
        "services": [keys],
        **shared,
        **row.environment,
    }


def synthesised(
    assemble: Callable[..., Mapping[str, Any]],
    context: Mapping[str, object],
    contents: Sequence[dict[str, Any]],
) -> Mapping[str, Any]:
    def build(app: cdk.App) -> None:
        for keys in contents:
            EnvironmentStage(app, environment=Environment.model_validate(keys))

    return assemble(build, context=context)


@pytest.fixture(scope="module")
def stacks(
    assemble: Callable[..., Mapping[str, Any]], shipped_context: Mapping[str, object]
) -> Mapping[str, Any]:
    """An environment for each row, named by its number."""
    return synthesised(
        assemble, shipped_context, [content(number, row) for number, row in enumerate(ROWS)]
    )


@pytest.mark.parametrize(("number", "row"), list(enumerate(ROWS)), ids=[row.name for row in ROWS])
def test_a_key_reaches_the_template(stacks: Mapping[str, Any], number: int, row: Row) -> None:
    stack = stacks[f"fq-e{number}-{row.stack}"]

    assert at(stack.template, row.kind, row.place) == row.value


def test_every_key_is_in_the_table() -> None:
    shown = {key for row in ROWS for key in row.keys}
    wanted = {
        f"{model.__name__}.{field}"
        for model in models(Environment)
        for field in model.model_fields
        if model.__module__.startswith("cdk_ecs_xray.environments.")
        and model.__name__ not in ("Monitoring", "TransactionSearch")
    }
    elsewhere = {f"Environment.{key}" for key in SHOWN_ELSEWHERE}
    elsewhere |= {f"Service.{key}" for key in OF_FILES}

    assert wanted - shown - elsewhere == set()
    assert shown - wanted == set()


def given(model: BaseModel) -> Iterator[tuple[str, object]]:
    """Every key that a model was given, with its value."""
    for field in model.model_fields_set:
        value = getattr(model, field)
        yield f"{type(model).__name__}.{field}", value
        inner = value.values() if isinstance(value, Mapping) else value
        for one in inner if isinstance(inner, Iterable) and not isinstance(inner, str) else [inner]:
            # A model is iterable too: over its fields.
            if isinstance(value, BaseModel):
                break
            if isinstance(one, BaseModel):
                yield from given(one)
        if isinstance(value, BaseModel):
            yield from given(value)


def kinds(schema: Mapping[str, Any]) -> set[str]:
    """The types of JSON that a key takes."""
    found = {str(schema.get("type"))}
    for one in schema.get("anyOf", ()):
        found |= kinds(one)
    return found


def takes(model: type[BaseModel], key: str, value: object) -> bool:
    field = model.model_fields[key]
    try:
        annotation: Any = Annotated[(field.annotation, *field.metadata, key)]
        TypeAdapter(annotation, config=ConfigDict(strict=True)).validate_python(value)
    except ValidationError:
        return False
    return True


def test_false_and_0_are_in_the_table_where_a_key_takes_them() -> None:
    shown = {
        (key, value)
        for number, row in enumerate(ROWS)
        for key, value in given(Environment.model_validate(content(number, row)))
        if isinstance(value, bool | int | float)
    }
    schema = environment_schema()
    classes = {model.__name__: model for model in models(Environment)}
    wanted: set[tuple[str, int]] = set()
    for name, properties in {"Environment": schema, **schema["$defs"]}.items():
        if name in {"Defaults", "Monitoring"}:
            # The first has a service's keys, and the second a test of its own for each.
            continue
        for key, described in properties["properties"].items():
            types = kinds(described)
            if "boolean" in types:
                wanted.add((f"{name}.{key}", described.get("default") is not True))
            elif types & {"integer", "number"} and takes(classes[name], key, 0):
                wanted.add((f"{name}.{key}", 0))

    assert len(wanted) > 20
    # Their own tests show them: two take an environment without services, one a file.
    assert wanted - shown == {
        ("Environment.image_cache", True),
        ("Service.replace_collector", True),
        ("TransactionSearch.indexing_percentage", 0),
    }


def test_a_default_makes_the_same_template_as_the_services_own_key(
    assemble: Callable[..., Mapping[str, Any]],
    shipped_context: Mapping[str, object],
    stacks: Mapping[str, Any],
) -> None:
    numbered = [
        (number, row)
        for number, row in enumerate(ROWS)
        if "defaults" not in row.environment and "containers" not in row.service
    ]

    by_default = synthesised(
        assemble,
        shipped_context,
        [content(number, row, as_default=True) for number, row in numbered],
    )

    for number, row in numbered:
        name = f"fq-e{number}-api"
        assert by_default[name].template == stacks[name].template, row.name


def test_defaults_have_every_key_that_services_can_share() -> None:
    own = {"name", "tracing_name", "image", "containers", *OF_FILES}

    assert set(Defaults.model_fields) == set(Service.model_fields) - own


def test_stack_tags_are_the_environments(
    assemble: Callable[..., Mapping[str, Any]],
    shipped_context: Mapping[str, object],
) -> None:
    app: list[cdk.App] = []
    keys = {**content(0, ROWS[0]), "tags": {"team": "shop", "empty": ""}}

    def build(root: cdk.App) -> None:
        app.append(root)
        EnvironmentStage(root, environment=Environment.model_validate(keys))

    assemble(build, context=shipped_context)
    stage = app[0].node.find_child("e0")
    tags = [
        child.tags.tag_values() for child in stage.node.children if isinstance(child, cdk.Stack)
    ]

    assert len(tags) == 2
    assert all(found == {"team": "shop", "empty": ""} for found in tags)
