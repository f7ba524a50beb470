"""Reads JSON and YAML as plain data within bounds, the one way for every text from outside.

What comes back is made of dict, list, str, int, float, bool and None: keys are text, numbers are
finite, text can be written as UTF-8, and a walk over all of it ends.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

import yaml

from cdk_ecs_xray.errors import ConfigurationError, EcsXRayError, InvalidValueError, Problem
from cdk_ecs_xray.files.yaml_12 import Yaml12Loader

# CloudFormation's own limit for a template; YAML is read at some hundred kilobytes a second.
_MOST_YAML = 1024 * 1024
_DEEPEST = 100
_LARGEST = 2**63


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
            return read_json(text, where=where, error=error)
        except EcsXRayError as no_json:
            if len(text) > _MOST_YAML or _is_json(text):
                raise
            try:
                return read_yaml(text, where=where, error=error, loader=loader)
            except EcsXRayError:
                # Of brackets that are neither, what JSON says is what their author meant.
                raise no_json from None
    return read_yaml(text, where=where, error=error, loader=loader)


def read_json(text: str, *, where: str, error: type[EcsXRayError] = ConfigurationError) -> Any:
    """Return what a JSON text holds.

    :raises EcsXRayError: as the given class, when it is none, or beyond a bound.
    """
    try:
        found = json.loads(text, parse_constant=_no_constant, parse_int=_integer)
    except json.JSONDecodeError as invalid:
        place = f"{where}, line {invalid.lineno}, column {invalid.colno}"
        raise error(_not_valid("JSON", place, invalid.msg)) from None
    except InvalidValueError as refused:
        raise error(refused.problem.at(where)) from None
    except RecursionError:
        raise error(too_deep(where)) from None
    require_bounded(found, where=where, error=error)
    return found


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
    _require_short(text, where=where, error=error)
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


def require_bounded(
    value: object, *, where: str, error: type[EcsXRayError] = ConfigurationError
) -> None:
    """Refuse data that no reader is made for.

    :raises EcsXRayError: as the given class, for more than 100 levels, numbers that are not finite
        or do not fit 64 bits, and halves of surrogate pairs.
    """
    try:
        _height(value, {})
    except InvalidValueError as refused:
        raise error(refused.problem.at(where)) from None
    except RecursionError:
        raise error(too_deep(where)) from None


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


def too_deep(where: str) -> Problem:
    """Return the problem of a file with too many levels."""
    return Problem(
        where=where,
        what="the file must be nested less deeply",
        got=f"more than {_DEEPEST} levels",
        fix="Flatten it.",
    )


def _require_short(text: str, *, where: str, error: type[EcsXRayError]) -> None:
    if len(text) > _MOST_YAML:
        raise error(
            Problem(
                where=where,
                what="YAML must be at most 1 MiB long",
                got=f"{len(text) / 1024 / 1024:.1f} MiB",
                fix="Write it as JSON, or check that it is the right file.",
            )
        )


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_int=str)
    except (ValueError, RecursionError):
        return False
    return True


def _not_valid(form: str, where: str, said: str) -> Problem:
    fix = "Check brackets, indentation and quotes there."
    return Problem(where=where, what=f"the file must be valid {form}", got=f"'{said}'", fix=fix)


def _no_constant(name: str) -> NoReturn:
    raise _number(name)


def _integer(written: str) -> int:
    # Before int(), which takes time that grows with the square of the digits.
    if len(written) > len(str(_LARGEST)) + 1:
        raise _number(f"{len(written)} digits")
    return int(written)


def _number(got: str) -> InvalidValueError:
    return InvalidValueError(
        Problem(
            what="a number must be finite, and a whole one below 2^63", got=got, fix="Correct it."
        )
    )


def _height(value: object, known: dict[int, int]) -> int:
    """Return how many levels a value has; what is in several places is walked once."""
    if isinstance(value, Mapping | list):
        height = known.get(id(value))
        if height is None:
            inner = [*value, *value.values()] if isinstance(value, Mapping) else value
            height = 1 + max((_height(value_within, known) for value_within in inner), default=0)
            known[id(value)] = height
            if height > _DEEPEST:
                raise RecursionError
        return height
    if isinstance(value, str):
        _require_unicode(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise _number(f"{value:g}")
    elif isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
        raise _number(f"{len(str(abs(value)))} digits")
    return 0


def _require_unicode(text: str) -> None:
    # Half of a surrogate pair: JSON and YAML can spell it, no file and no AWS API can hold it.
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidValueError(
            Problem(
                what="text must be Unicode characters",
                got="half of a surrogate pair",
                fix="Write the character itself.",
            )
        )
