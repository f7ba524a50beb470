"""Signs people up at a steady rate, one of them twice: ``python load.py URL --per-minute 10``.

The second seed of this project's demo did ten a minute with one duplicate; any rate will do.
"""

from __future__ import annotations

import argparse
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator

# One in ten is somebody who has signed up before.
DUPLICATE_EVERY = 10


def addresses(number: int, run: str) -> Iterator[str]:
    """Yield addresses of which each tenth is the one before it."""
    before = ""
    for position in range(1, number + 1):
        address = f"{run}-{position}@example.com"
        if position % DUPLICATE_EVERY == 0 and before:
            address = before
        before = address
        yield address


def sign_up(url: str, address: str) -> int:
    """Send one form; returns the response's status."""
    form = urllib.parse.urlencode({"name": "A Person", "email": address}).encode()
    request = urllib.request.Request(f"{url}/signup", data=form)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code


def run(url: str, *, number: int, per_minute: float, name: str) -> Counter[int]:
    """Send so many signups evenly; returns how often which status came."""
    statuses: Counter[int] = Counter()
    started = time.monotonic()
    for position, address in enumerate(addresses(number, name)):
        time.sleep(max(0.0, started + position * 60 / per_minute - time.monotonic()))
        statuses[sign_up(url, address)] += 1
    return statuses


def main() -> None:
    """Read the command line, send, and print the statuses."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--number", type=int, default=10)
    parser.add_argument("--per-minute", type=float, default=10)
    parser.add_argument("--name", default="person", help="begins each address")
    asked = parser.parse_args()
    statuses = run(
        asked.url.rstrip("/"), number=asked.number, per_minute=asked.per_minute, name=asked.name
    )
    print(", ".join(f"{count} x {status}" for status, count in sorted(statuses.items())))


if __name__ == "__main__":
    main()
