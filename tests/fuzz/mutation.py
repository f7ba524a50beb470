"""Inputs that begin as right ones and are then broken: what a hand or a hostile one would write."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import strategies as st

Path = tuple[str | int, ...]

# What a key or a text means something to: a terminal, Markdown, HTML, CDK, CloudFormation, a shell.
HOSTILE = (
    "",
    " ",
    "\x1b[31m\x07",
    "\u202eabc",
    "a\nb\r\n# c",
    "<img src=https://evil.example/x.png>",
    "[a](https://evil.example) @octocat `b`` |",
    "${Token[TOKEN.1]}",
    "${HOME}/x",
    "{{resolve:ssm:x}}",
    "--output=x",
    "$(id)`id`'\"",
    "\u00b2",
    "\u0665",
    "x" * 3000,
    "../../etc/passwd",
    "\U0001f600",
    "arn:aws:iam::111122223333:role/x",
    "1e400",
    "0x10",
    "AWS::ECS::TaskDefinition",
)
FUNCTIONS = (
    "Ref",
    "Fn::GetAtt",
    "Fn::If",
    "Fn::Join",
    "Fn::Sub",
    "Fn::Select",
    "Fn::Split",
    "Fn::FindInMap",
    "Fn::ForEach::X",
    "Fn::Transform",
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(HOSTILE),
    st.text(max_size=12),
    st.integers(min_value=-(2**70), max_value=2**70),
    st.sampled_from([0, -1, 1, 65536, 2**31, 2**63, 10**400]),
    st.floats(),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(HOSTILE) | st.text(max_size=8), inner, max_size=3),
        st.builds(lambda name, value: {name: value}, st.sampled_from(FUNCTIONS), inner),
    ),
    max_leaves=6,
)


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of everything in a document, itself included."""
    yield path
    if isinstance(value, Mapping):
        for key, nested in value.items():
            yield from places(nested, (*path, key))
    elif isinstance(value, list):
        for position, nested in enumerate(value):
            yield from places(nested, (*path, position))


@st.composite
def broken(draw: st.DrawFn, right: Any) -> Any:
    """Return a document with one to four of its parts replaced, removed, renamed or doubled."""
    document: Any = copy.deepcopy(right)
    step: Any
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from(list(places(document))))
        if not path:
            if draw(st.integers(0, 20)) == 0:
                document = draw(VALUES)
            continue
        *above, last = path
        parent: Any = document
        for step in above:
            parent = parent[step]
        change = draw(st.sampled_from(["replace", "replace", "remove", "rename", "double"]))
        if change == "replace":
            parent[last] = draw(VALUES)
        elif change == "remove":
            del parent[last]
        elif change == "rename" and isinstance(parent, dict):
            name = draw(st.sampled_from(HOSTILE) | st.text(max_size=8))
            parent[name] = parent.pop(last)
        elif isinstance(parent, list):
            parent.append(copy.deepcopy(parent[last]))  # type: ignore[index]
    return document


def as_text(document: Any) -> str:
    """Return a document as JSON, which is YAML too; not all of it is what JSON allows."""
    return json.dumps(document)


@st.composite
def torn(draw: st.DrawFn, text: st.SearchStrategy[str]) -> bytes:
    """Return a text's bytes, one in three of them cut, doubled or with something written over."""
    content = bytearray(draw(text).encode("utf-8", "surrogatepass"))
    if content and draw(st.integers(0, 2)) == 0:
        at = draw(st.integers(0, len(content) - 1))
        noise = draw(
            st.binary(max_size=6)
            | st.sampled_from(
                [b"&a *a", b"!!set ", b"!!int x", b"<<: *a", b"\x1f\x8b\x08", b"%YAML 9"]
            )
        )
        end = at + draw(st.integers(0, 40))
        content[at:end] = noise
    return bytes(content)
