"""Reads Terraform's own language within bounds. Its parser comes with the extra ``import``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import accumulate, islice
from typing import Any

from cdk_ecs_xray.errors import ConfigurationError, EcsXRayError, Problem
from cdk_ecs_xray.files.bounds import require_bounded, too_deep
from cdk_ecs_xray.files.plain_data import MOST_YAML

# The parser takes some ten thousand of them a second.
_MOST_WORDS = 50_000
_DEEPEST = 100
_BRACKET = re.compile(r"[][(){}]")
_WORD = re.compile(r"\w+|[^\w\s]|\n")


def read_hcl(
    text: str, *, where: str, error: type[EcsXRayError] = ConfigurationError
) -> Mapping[str, Any]:
    """Return the blocks of a Terraform file, as python-hcl2 has them.

    :raises EcsXRayError: as the given class, when it is none, or beyond a bound.
    """
    _require_short(text, where=where, error=error)
    if _depth(text) > _DEEPEST:
        raise error(too_deep(where))
    hcl2 = _hcl2()
    try:
        content: Mapping[str, Any] = hcl2.loads(text)
    except RecursionError:
        raise error(too_deep(where)) from None
    except Exception as invalid:
        said = (str(invalid).splitlines() or [type(invalid).__name__])[0][:80]
        raise error(
            Problem(
                where=where,
                what="the file must be valid Terraform",
                got=f"'{said}'",
                fix="Run terraform validate.",
            )
        ) from None
    require_bounded(content, where=where, error=error)
    return content


def _require_short(text: str, *, where: str, error: type[EcsXRayError]) -> None:
    words = sum(1 for _ in islice(_WORD.finditer(text), _MOST_WORDS + 1))
    if words > _MOST_WORDS or len(text) > MOST_YAML:
        raise error(
            Problem(
                where=where,
                what=f"a Terraform file must be at most 1 MiB long and {_MOST_WORDS:,} words",
                got=f"{len(text) / 1024 / 1024:.1f} MiB",
                fix="Pass the JSON of terraform show, or a file with the rules alone.",
            )
        )


def _depth(text: str) -> int:
    """Return how deeply brackets stand in each other; those in texts count as others do.

    The parser's time grows with the square of it.
    """
    steps = (1 if bracket in "([{" else -1 for bracket in _BRACKET.findall(text))
    return max(accumulate(steps), default=0)


def _hcl2() -> Any:
    try:
        import hcl2
    except ImportError:
        raise ConfigurationError(
            Problem(
                where="rules import",
                what="the extra 'import' is required to read Terraform's own language",
                fix="Run pip install 'cdk-ecs-xray[import]', or pass the JSON of terraform show.",
            )
        ) from None
    return hcl2
