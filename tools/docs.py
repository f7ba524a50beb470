"""Write what pages have from the code: ``python -m tools.docs``, or ``make docs`` with the site.

A page marks the place with ``<!-- NAME: begin -->`` and ``<!-- NAME: end -->``. Facts that nobody
checked for 90 days are warned of; they fail nothing, as a date alone breaks no build.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tools import environment_keys
from tools.reference.commands import commands
from tools.reference.errors import errors, exit_codes
from tools.reference.facts import FACTS, old_facts, prices, versions
from tools.reference.findings import findings
from tools.reference.iam import iam
from tools.reference.messages import messages
from tools.reference.options import options
from tools.reference.rules_keys import rules_keys

DOCS = Path(__file__).parents[1] / "docs"

PARTS: Mapping[str, Callable[[], str]] = {
    "commands": commands,
    "errors": errors,
    "exit-codes": exit_codes,
    "findings": findings,
    "iam": iam,
    "keys": environment_keys.tables,
    "messages": messages,
    "options": options,
    "prices": prices,
    "rules-keys": rules_keys,
    "versions": versions,
}
_MARKED = re.compile(r"<!-- ([a-z-]+): begin -->.*?<!-- \1: end -->", re.DOTALL)


def main() -> int:
    """Write every page that has a marked part, and warn of old facts."""
    for page in pages():
        text = page.read_text(encoding="utf-8")
        written = with_parts(text)
        if written != text:
            page.write_text(written, encoding="utf-8")
            print(f"written: {page.relative_to(DOCS.parent)}")
    for warning in old_facts(FACTS, datetime.now(UTC).date()):
        print(f"warning: {warning}", file=sys.stderr)
    return 0


def pages() -> Sequence[Path]:
    """Return every page of the documentation."""
    return sorted(DOCS.rglob("*.md"))


def with_parts(page: str) -> str:
    """Return a page with what the code says now between its marks.

    :raises KeyError: for a mark that names none of the parts.
    """
    return _MARKED.sub(
        lambda found: (
            f"<!-- {found[1]}: begin -->\n\n{PARTS[found[1]]()}\n<!-- {found[1]}: end -->"
        ),
        page,
    )


if __name__ == "__main__":
    sys.exit(main())
