"""Reads JSON and YAML as plain data within bounds, the one way for every text from outside.

What comes back is made of dict, list, str, int, float, bool and None: keys are text, numbers are
finite, text can be written as UTF-8, and a walk over all of it ends.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, NoReturn

import yaml

from cdk_ecs_xray.errors import ConfigurationError, EcsXRayError, InvalidValueError, Problem
from cdk_ecs_xray.files.bounds import LARGEST, no_number, require_bounded, require_few, too_deep
from cdk_ecs_xray.files.yaml_12 import Yaml12Loader

# CloudFormation's own limit for a template; YAML is read at some hundred kilobytes a second.
MOST_YAML = 1024 * 1024


def read_data(
    text: str,
    *,
    where: str,
    error: type[EcsXRayError] = ConfigurationError,
    loader: type[Yaml12Loader] = Yaml12Loader,
) -> Any:
    """Return what a text in JSON or YAML holds.

    :param where: what errors name.
    :param loader: which tags are known.
    :raises EcsXRayError: as the given class, when it is neither, or beyond a bound.
    """
    if text.lstrip().startswith(("{", "[")):
        # A hundred times faster than YAML, and what CDK and the AWS CLI write.
        try:
            return _within_bounds(text, where=where, error=error)
        except json.JSONDecodeError as no_json:
            refused = error(_no_json(no_json, where))
            if len(text) > MOST_YAML:
                raise refused from None
            try:
                return read_yaml(text, where=where, error=error, loader=loader)
            except EcsXRayError:
                # Of brackets that are neither, what JSON says is what their author meant.
                raise refused from None
    return read_yaml(text, where=where, error=error, loader=loader)


def read_json(text: str, *, where: str, error: type[EcsXRayError] = ConfigurationError) -> Any:
    """Return what a JSON text holds.

    :raises EcsXRayError: as the given class, when it is none, or beyond a bound.
    """
    try:
        return _within_bounds(text, where=where, error=error)
    except json.JSONDecodeError as invalid:
        raise error(_no_json(invalid, where)) from None


def json_or_none(text: str) -> Any:
    """Return what a text holds that may be JSON or not; None for no JSON or beyond a bound."""
    try:
        return _within_bounds(text, where="", error=EcsXRayError)
    except (json.JSONDecodeError, EcsXRayError):
        return None


def read_yaml(
    text: str,
    *,
    where: str,
    error: type[EcsXRayError] = ConfigurationError,
    loader: type[Yaml12Loader] = Yaml12Loader,
) -> Any:
    """Return what a YAML text holds, aliases and merges included.

    :raises EcsXRayError: as the given class, when it is none, or beyond a bound.
    """
    require_short(text, where=where, error=error)
    with_tags = None
    try:
        with_tags = loader(text)
        node = with_tags.bounded_node()
        found = None if node is None else with_tags.construct_document(node)
    except yaml.YAMLError as invalid:
        raise error(not_yaml(invalid, where=where)) from None
    except RecursionError:
        raise error(too_deep(where)) from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise error(_not_valid("YAML", where, "a tag that does not fit its value")) from None
    finally:
        if with_tags is not None:
            with_tags.dispose()
    require_bounded(found, where=where, error=error)
    return found


def not_yaml(invalid: yaml.YAMLError, *, where: str) -> Problem:
    """Return what PyYAML says as a problem."""
    if isinstance(invalid, yaml.MarkedYAMLError):
        mark = invalid.problem_mark
        place = "" if mark is None else f", line {mark.line + 1}, column {mark.column + 1}"
        return _not_valid("YAML", where + place, str(invalid.problem))
    return Problem(
        where=where,
        what="the file must be text",
        got=f"'{str(invalid).splitlines()[0]}'",
        fix="Remove what is none.",
    )


def require_short(text: str, *, where: str, error: type[EcsXRayError] = ConfigurationError) -> None:
    """Refuse a text that YAML's reader would take minutes for.

    :raises EcsXRayError: as the given class, for more than 1 MiB.
    """
    if len(text) > MOST_YAML:
        raise error(
            Problem(
                where=where,
                what="YAML must be at most 1 MiB long",
                got=f"{len(text) / 1024 / 1024:.1f} MiB",
                fix="Write it as JSON, or check that it is the right file.",
            )
        )


def _within_bounds(text: str, *, where: str, error: type[EcsXRayError]) -> Any:
    """Return what a JSON text holds.

    :raises json.JSONDecodeError: for what is none; beyond a bound the given class.
    """
    try:
        require_few(sum(map(text.count, ",[{")))
        found = json.loads(
            text, parse_constant=_no_constant, parse_int=_integer, object_pairs_hook=_once
        )
    except InvalidValueError as refused:
        raise error(refused.problem.at(where)) from None
    except RecursionError:
        raise error(too_deep(where)) from None
    require_bounded(found, where=where, error=error, shared=False)
    return found


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        twice = next(name for name, many in Counter(key for key, _ in pairs).items() if many > 1)
        raise InvalidValueError(
            Problem(
                what="a key must be there once",
                got=f"'{twice}'",
                fix="Remove one of them.",
            )
        )
    return mapping


def _no_json(invalid: json.JSONDecodeError, where: str) -> Problem:
    place = f"{where}, line {invalid.lineno}, column {invalid.colno}"
    return _not_valid("JSON", place, invalid.msg)


def _not_valid(form: str, where: str, said: str) -> Problem:
    fix = "Check brackets, indentation and quotes there."
    return Problem(where=where, what=f"the file must be valid {form}", got=f"'{said}'", fix=fix)


def _no_constant(name: str) -> NoReturn:
    raise no_number(name)


def _integer(written: str) -> int:
    # Before int(), which takes time that grows with the square of the digits.
    if len(written) > len(str(LARGEST)) + 1:
        raise no_number(f"{len(written)} digits")
    return int(written)
