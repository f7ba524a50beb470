"""Decides many requests of one service quickly, as :func:`deciding_rule` does one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from cdk_ecs_xray.sampling.matching import Request, mismatch
from cdk_ecs_xray.sampling.patterns import ANY_CHARACTER, ANY_RUN, pattern_matches
from cdk_ecs_xray.sampling.rules import ANYTHING, SamplingRule

Matcher = Callable[[str], object]
# A regular expression goes back over a text for every star; more would take longer than the walk.
_MOST_STARS = 3


class RouteDecider:
    """The rules of a file, prepared for the routes of one service.

    :param rules: in the order X-Ray tries them.
    :param service: what is known about the service that answers, in every request.
    """

    def __init__(self, rules: Sequence[SamplingRule], service: Request | None = None) -> None:
        self._rules = rules
        self._service = service or Request()
        self._matchers = [_matcher(rule.url_path) for rule in rules]
        self._candidates: dict[tuple[str | None, str | None], Sequence[int]] = {}

    def decide(self, host: str | None, method: str | None, path: str | None) -> int:
        """Return the position of the rule that decides; one past the last is the Default rule."""
        candidates = self._candidates.get((host, method))
        if candidates is None:
            known = replace(self._service, host=host, http_method=method, url_path=None)
            candidates = [
                position
                for position, rule in enumerate(self._rules)
                if rule.skipped_because is None and mismatch(rule, known) is None
            ]
            self._candidates[host, method] = candidates
        if not path:
            return candidates[0] if candidates else len(self._rules)
        # Folding case by the whole text is folding by the character only in ASCII, and the SDK
        # treats a star in a text in a way of its own.
        if not path.isascii() or ANY_RUN in path:
            for position in candidates:
                if pattern_matches(self._rules[position].url_path, path):
                    return position
            return len(self._rules)
        folded = path.lower()
        for position in candidates:
            if self._matchers[position](folded):
                return position
        return len(self._rules)


def _matcher(pattern: str) -> Matcher:
    if pattern == ANYTHING:
        return lambda _text: True
    if not pattern.isascii() or pattern.count(ANY_RUN) > _MOST_STARS:
        return lambda text: pattern_matches(pattern, text)
    folded = pattern.lower()
    start = folded.rstrip(ANY_RUN)
    if not set(start) & {ANY_RUN, ANY_CHARACTER}:
        return start.__eq__ if start == folded else lambda text: text.startswith(start)
    wildcards = {ANY_RUN: ".*", ANY_CHARACTER: "."}
    expression = "".join(wildcards.get(c) or re.escape(c) for c in folded)
    return re.compile(expression, re.DOTALL).fullmatch
