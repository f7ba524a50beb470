"""Reads a YAML or JSON file into a validated model and says everything that is wrong with it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails

from cdk_ecs_xray.errors import ConfigurationError, EcsXRayError, InvalidValueError, Problem
from cdk_ecs_xray.files.field_limits import kind_of, shown
from cdk_ecs_xray.files.plain_data import read_data
from cdk_ecs_xray.files.secrecy import is_shown
from cdk_ecs_xray.files.text_file import displayed, read_text

Model = TypeVar("Model", bound=BaseModel)
Validated = TypeVar("Validated")

# https://docs.aws.amazon.com/cdk/v2/guide/tokens.html: as strings, and the first of a list.
_TOKEN = re.compile(r"[$#]\{Token\[")


def read_model(
    path: str | Path,
    model: type[Model],
    *,
    error: type[EcsXRayError] = ConfigurationError,
) -> Model:
    """Return the file as a model.

    JSON is read as the YAML that it is. Numbers and booleans are those of YAML 1.2: ``010`` is
    not eight and ``no`` is not false, which YAML 1.1 would make of an account or a country.

    :raises EcsXRayError: as the given class, with every problem of the file in one error.
    """
    where = displayed(path)
    content = read_mapping(path, error=error, first_key=next(iter(model.model_fields)))
    try:
        return model.model_validate(
            content, context={"directory": Path(path).parent, "where": where}
        )
    except ValidationError as invalid:
        raise error(*_problems(invalid, where=where, content=content, model=model)) from None


def read_mapping(
    path: str | Path,
    *,
    error: type[EcsXRayError] = ConfigurationError,
    first_key: str = "key",
) -> dict[str, Any]:
    """Return the mapping that a YAML or JSON file holds, unchecked.

    :raises EcsXRayError: as the given class, when it holds none.
    """
    where = displayed(path)
    content = read_data(read_text(path, error=error), where=where, error=error)
    if not isinstance(content, dict):
        what = "the file must hold a mapping of keys to values"
        if content is None:
            what = "a mapping of keys to values is required"
        got = None if content is None else f"a {type(content).__name__}"
        raise error(Problem(where=where, what=what, got=got, fix=f"Start with '{first_key}:'."))
    tokens = list(_tokens(content))
    if tokens:
        raise error(
            *(
                Problem(
                    where=where,
                    what="a value must be without CDK's own marks",
                    got=shown(token),
                    fix="Write the value that it refers to.",
                )
                for token in tokens
            )
        )
    return content


def _tokens(value: object) -> Iterator[str]:
    """Return each text that CDK would take for one of its tokens and put something else for."""
    if isinstance(value, Mapping):
        for key, nested in value.items():
            yield from _tokens(key)
            yield from _tokens(nested)
    elif isinstance(value, list):
        for nested in value:
            yield from _tokens(nested)
    elif isinstance(value, str) and _TOKEN.search(value) is not None:
        yield value


def clash(
    problem: Problem | InvalidValueError, loc: tuple[int | str, ...], value: object
) -> InitErrorDetails:
    """Return a problem between entries of a file, for :func:`validate_with`."""
    refused = InvalidValueError(problem) if isinstance(problem, Problem) else problem
    return {"type": "value_error", "loc": loc, "input": value, "ctx": {"error": refused}}


def validate_with(
    clashes: Sequence[InitErrorDetails], data: object, handler: Callable[[Any], Validated]
) -> Validated:
    """Validate the fields of a model and report clashes between entries along with theirs.

    For a ``model_validator`` in wrap mode: pydantic's after mode would hide clashes until every
    field is right, and the user would fix the file twice.
    """
    try:
        validated = handler(data)
    except ValidationError as invalid:
        details: list[Any] = [*invalid.errors(include_url=False), *clashes]
        raise ValidationError.from_exception_data(invalid.title, details) from None
    if clashes:
        raise ValidationError.from_exception_data(type(validated).__name__, list(clashes))
    return validated


def explained(
    invalid: ValidationError, *, where: str, content: object, model: type[BaseModel]
) -> Iterator[tuple[ErrorDetails, Problem]]:
    """Return each problem with what pydantic knows of it."""
    for detail in invalid.errors(include_url=False):
        problem = _explain(detail, model)
        yield detail, problem.at(_place(where, detail["loc"], content))


def _place(where: str, loc: Sequence[int | str], content: object) -> str:
    """Name the entry by what its author calls it: ``rule 'checkout'`` rather than ``rules.3``."""
    entry = ""
    current = content
    previous = ""
    for step in loc[:-1] if len(loc) > 1 else loc[:0]:
        try:
            current = current[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(step, int):
            singular = previous.removesuffix("s")
            name = current.get("name") if isinstance(current, Mapping) else None
            entry += f", {singular} " + (f"'{name}'" if isinstance(name, str) else f"{step + 1}")
        else:
            previous = str(step)
    return where + entry


_TYPES: dict[str, str] = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}


def _problems(
    invalid: ValidationError, *, where: str, content: object, model: type[BaseModel]
) -> Iterator[Problem]:
    for detail, problem in explained(invalid, where=where, content=content, model=model):
        raised = detail.get("ctx", {}).get("error")
        if isinstance(raised, EcsXRayError):
            # A file named in this file: its problems already have their places.
            yield from raised.problems
        else:
            yield problem


def _explain(detail: ErrorDetails, model: type[BaseModel]) -> Problem:
    loc = detail["loc"]
    name = _field(loc)
    kind = detail["type"]
    # A number or a word typed as the value of a variable may be a key or a password.
    got = shown(detail["input"]) if is_shown([*map(str, loc)]) else kind_of(detail["input"])
    known = list(_fields_at(model, loc))
    raised = detail.get("ctx", {}).get("error")
    if isinstance(raised, InvalidValueError):
        problem = raised.problem
        return replace(problem, what=f"{name} {problem.what}") if loc else problem
    if kind == "missing":
        return Problem(what=f"{name} is required", fix=f"Add '{name}: …'.")
    if kind == "extra_forbidden":
        close = difflib.get_close_matches(name, known, n=1)
        fix = f"Did you mean '{close[0]}'?" if close else f"Known keys: {', '.join(known)}."
        return Problem(what=f"{name} must be a known key", got=got, fix=fix)
    if kind == "literal_error":
        return Problem(
            what=f"{name} must be {detail['ctx']['expected']}", got=got, fix="Choose one of these."
        )
    if kind in _TYPES:
        fix = "Put it in quotes." if kind == "string_type" else "Write one."
        return Problem(what=f"{name} must be {_TYPES[kind]}", got=got, fix=fix)
    return Problem(what=f"{name}: {detail['msg']}", got=got, fix="Run ecs-xray docs options.")


def _field(loc: Sequence[int | str]) -> str:
    """Return the last key, with the position in a list where the value is in one."""
    if loc and isinstance(loc[-1], int):
        parent = next((str(step) for step in reversed(loc[:-1]) if isinstance(step, str)), "entry")
        return f"{parent} entry {loc[-1] + 1}"
    return str(loc[-1]) if loc else "file"


def _fields_at(model: type[BaseModel], loc: Sequence[int | str]) -> Sequence[str]:
    """Return the keys that are known where an unknown one was found."""
    current = model
    for step in loc[:-1]:
        field = current.model_fields.get(str(step))
        if field is None:
            continue
        nested = _model_in(field.annotation)
        if nested is None:
            return ()
        current = nested
    return list(current.model_fields)


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _model_in(argument)
        if found is not None:
            return found
    return None
