"""X-Ray's wildcard patterns: does one match a text, and does one cover another."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from functools import lru_cache

ANY_RUN = "*"
ANY_CHARACTER = "?"
_COVERS_REMEMBERED = 65_536


def pattern_matches(pattern: str, text: str) -> bool:
    """Tell whether a pattern matches a text, ignoring case.

    Decides as ``wildcard_match`` of aws-xray-sdk 2.15 does, a literal ``*`` in the text included:
    there the SDK lets the pattern's ``*`` stand for that character first and does not reconsider.
    """
    if pattern == ANY_RUN:
        return True
    position = place = 0
    star = resumed = -1
    while place < len(text):
        if position < len(pattern) and (
            _same(pattern[position], text[place]) or pattern[position] == ANY_CHARACTER
        ):
            position += 1
            place += 1
        elif position < len(pattern) and pattern[position] == ANY_RUN:
            star, resumed = position, place
            position += 1
        elif star >= 0:
            resumed += 1
            place, position = resumed, star + 1
        else:
            return False
    return not pattern[position:].strip(ANY_RUN)


def _same(one: str, other: str) -> bool:
    return one == other or one.lower() == other.lower()


@lru_cache(maxsize=_COVERS_REMEMBERED)
def pattern_covers(wider: str, narrower: str) -> bool:
    """Tell whether every text that the narrower pattern matches is matched by the wider one.

    Exact: the inclusion of two regular languages, decided on their automata. The empty text is
    left out, as SDKs take an empty field for a missing one, and so are texts that hold a ``*``,
    in which the SDKs disagree. Takes far less than a millisecond for patterns people write, and
    tens of them for the worst ones of 128 characters.
    """
    return uncovered_text(wider, narrower) is None


def uncovered_text(wider: str, narrower: str) -> str | None:
    """Return a shortest text that only the narrower pattern matches, or None.

    Walks the narrower pattern and, beside it, every place where the wider one may be at that
    point. A state is dropped when one that has been seen accepts no text that it does not: fewer
    places in the wider pattern at the same one in the narrower (the antichain method of De Wulf,
    Doyen, Henzinger and Raskin, 2006).
    """
    outer, inner = _Places(wider), _Places(narrower)
    letters = _letters(outer.pattern + inner.pattern)
    smallest: dict[int, list[int]] = {}
    waiting = deque([(inner.start, outer.start, "")])
    while waiting:
        place, reached, text = waiting.popleft()
        if text and reached not in smallest[place]:
            continue
        if text and place & inner.end and not reached & outer.end:
            return text
        for letter in letters:
            after = outer.advance(reached, letter)
            for following in inner.apart(inner.advance(place, letter)):
                if _is_new(smallest, following, after):
                    waiting.append((following, after, text + letter))
    return None


class _Places:
    """A pattern and the sets of places in it, as bits, that a text can lead to."""

    def __init__(self, pattern: str) -> None:
        self.pattern = _squeezed(pattern)
        self.end = 1 << len(self.pattern)
        self._runs = self._where(ANY_RUN)
        self._any = self._where(ANY_CHARACTER)
        self._named = {letter: self._where(letter) for letter in set(self.pattern)}
        self.start = self._settled(1)

    def advance(self, places: int, letter: str) -> int:
        """Return where the pattern may be one letter further on."""
        fitting = places & (self._named.get(letter, 0) | self._any)
        return self._settled(fitting << 1 | places & self._runs)

    def apart(self, places: int) -> Iterator[int]:
        """Return places one by one, the latest first, a star with the one after it."""
        while places:
            last = 1 << places.bit_length() - 1
            places &= ~last
            yield self._settled(last)

    def _where(self, wanted: str) -> int:
        return sum(
            1 << place for place, character in enumerate(self.pattern) if character == wanted
        )

    def _settled(self, places: int) -> int:
        """Step over stars, and forget what lies before the last one.

        Whatever leads to the end from before a star leads there from the star too, which may
        stand for the letters in between.
        """
        stars = places & self._runs
        if not stars:
            return places
        last = 1 << stars.bit_length() - 1
        return places & -last | last << 1


def _squeezed(pattern: str) -> str:
    """Fold case and runs of stars, neither of which changes what is matched."""
    return re.sub(r"\*+", ANY_RUN, "".join(character.lower()[:1] for character in pattern))


def _letters(patterns: str) -> list[str]:
    """Return what the patterns name, and one character that replaces all they do not."""
    named = sorted(set(patterns) - {ANY_RUN, ANY_CHARACTER})
    other = next(letter for letter in map(chr, range(ord("a"), 0x10FFFF)) if letter not in named)
    return [other, *named]


def _is_new(smallest: dict[int, list[int]], place: int, reached: int) -> bool:
    """Keep the smallest sets for each place; tell whether this one adds to them."""
    known = smallest.setdefault(place, [])
    if any(reached_before & reached == reached_before for reached_before in known):
        return False
    known[:] = [reached_before for reached_before in known if reached & reached_before != reached]
    known.append(reached)
    return True
