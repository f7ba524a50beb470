"""Every message about input that cannot be used, from the code that words it.

A problem is made where it is found, as ``Problem(what=…, fix=…)``. This reads the calls; what only
the moment knows is shown as ``…``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.reference.table import cell, table

PACKAGE = Path(__file__).parents[2] / "constructs" / "cdk_ecs_xray"
UNKNOWN = "…"

# Folder of the package: whose messages these are, and the page about it.
ROOMS: Mapping[str, tuple[str, str]] = {
    "cdk": ("Constructs, while an app is synthesized", "[Options](../options.md)"),
    "collectors": ("Options of collectors", "[Options](../options.md#collectors)"),
    "instrumentation": (
        "Options of instrumentation",
        "[Instrument your app](../tasks/instrument-your-app.md)",
    ),
    "plan": ("What a task definition must have", "[Network modes](../shapes.md#what-is-refused)"),
    "environments": ("Environment files", "[Environments](../environments.md)"),
    "stacks": ("The shipped app, and add_environments", "[Environments](../environments.md)"),
    "inject": ("inject", "[inject](../inject.md)"),
    "sampling": ("Sampling rules", "[Sampling](../sampling.md)"),
    "templates": ("Templates and assemblies", "[review](../review.md)"),
    "review": ("review", "[review](../review.md)"),
    "verify": ("verify", "[verify](../verify.md)"),
    "adopt": ("adopt", "[Move from Terraform](../migrate-from-terraform.md)"),
    "local": ("local", "[Try a deployment on your machine](../local.md)"),
    "page": ("traces", "[See traces on a page](../page.md)"),
    "files": ("Any file", "[What commands accept](../security.md#what-commands-accept)"),
    "cli": ("The command line", "[Commands](cli.md)"),
}


def messages() -> str:
    """Return a section for each part of the kit with its messages and their fixes."""
    return "\n".join("\n".join(_section(room)) for room in ROOMS)


def _section(room: str) -> Iterator[str]:
    title, page = ROOMS[room]
    rows = sorted(
        set(_messages_of(room)), key=lambda row: (row[0].lstrip(UNKNOWN + " '").lower(), row)
    )
    if not rows:
        return
    yield f"## {title}"
    yield ""
    yield f"See {page}."
    yield ""
    yield from table(("message", "fix"), [(cell(what), cell(fix)) for what, fix in rows])


def _messages_of(room: str) -> Iterator[tuple[str, str]]:
    for file in sorted((PACKAGE / room).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem":
                said = {one.arg: text_of(one.value) for one in node.keywords}
                what, fix = said.get("what", UNKNOWN), said.get("fix", UNKNOWN)
                # Where all of it comes from elsewhere, it is listed there.
                if what.strip(f"{UNKNOWN} ':"):
                    yield what, "" if fix == UNKNOWN else fix


def text_of(node: ast.expr) -> str:
    """Return the text that an expression makes, with … for what it does not hold itself."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(map(text_of, parts))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return text_of(left) + text_of(right)
        case ast.IfExp(body=body, orelse=orelse):
            found = [text for text in (text_of(body), text_of(orelse)) if text not in {"", UNKNOWN}]
            return " / ".join(found) if found else UNKNOWN
        case _:
            return UNKNOWN
