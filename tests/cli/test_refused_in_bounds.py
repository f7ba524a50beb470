"""Every refused input ends in time, in memory and in one line, whatever a command reads it for."""

from __future__ import annotations

import bz2
import gzip
import json
import os
import resource
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from tests.forked_command import ForkedCommand, forked_command

Refused = Callable[..., str]
MEMORY = 1024 * 1024 * 1024
SECONDS = 10
# Of the wall clock, for what waits and does not work: other programs may have the processor.
FOREVER = 600
# What the commands of this file import when they need it.
IMPORTED = (
    "cdk_ecs_xray.inject",
    "cdk_ecs_xray.review",
    "cdk_ecs_xray.sampling.groups",
    "cdk_ecs_xray.verify",
    "duckdb",
    "hcl2",
    "rich",
)
MIB = 1024 * 1024
LINE = b'203.0.113.9 - - [26/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 5 "-" "curl/8"\n'
RULES = "rules:\n  - {name: a, priority: 1, url_path: /a, reservoir_size: 1, fixed_rate: 0.1}\n"

CHECK = ("rules", "check", "input.yaml")
EXPLAIN = ("rules", "explain", "GET", "/", "--rules", "input.yaml")
EXPORT = ("rules", "export", "--for", "python", "--rules", "input.yaml")
IMPORT = ("rules", "import", "input.yaml")
IMPORT_TF = ("rules", "import", "input.tf")
REVIEW = ("review", "input.yaml")
TRAFFIC = ("review", "right.json", "--traffic", "input.yaml")
AGAINST = ("review", "right.json", "--against", "input.yaml")
INJECT = ("inject", "input.yaml", "--no-log")
SIMULATE = ("rules", "simulate", "input.log", "--rules", "rules.yaml")
COUNTS = ("rules", "simulate", "--from-counts", "input.log", "--rules", "rules.yaml")
READERS = (CHECK, IMPORT, REVIEW, INJECT, EXPLAIN, EXPORT, TRAFFIC, AGAINST)


def repeated(part: str, size: int = 16 * MIB - 64) -> str:
    return part * (size // len(part))


def bomb(first: str, form: str, levels: int = 12) -> str:
    """Return YAML whose every line holds the one before ten times."""
    lines = [f"x0: &x0 {first}"]
    for level in range(1, levels):
        aliases = ", ".join([f"*x{level - 1}"] * 10)
        lines.append(f"x{level}: &x{level} {form.format(aliases)}")
    return "\n".join(lines) + "\n"


DOCUMENTS: Mapping[str, Callable[[], str]] = {
    "deep lists": lambda: "[" * 8 * MIB,
    "deep objects": lambda: '{"a":' * 3 * MIB,
    "deep YAML": lambda: "rules: " + "[" * 500_000,
    "deep block YAML": lambda: "".join(" " * level + "a:\n" for level in range(1300)),
    "aliases": lambda: bomb("[v]", "[{}]"),
    "merges": lambda: bomb("{k: v}", "{{<<: [{}]}}"),
    "a huge number": lambda: f'{{"rules": {"9" * 15 * MIB}}}',
    "a huge number in YAML": lambda: f"rules: {'9' * MIB}",
    "not finite": lambda: '{"rules": [{"name": "a", "fixed_rate": NaN}]}',
    "too large": lambda: " " * 17 * MIB,
    "empty lists": lambda: "[" + repeated("[],") + "[]]",
    "empty objects": lambda: '{"rules": [' + repeated("{},") + "{}]}",
    "objects": lambda: '{"rules": [' + repeated('{"":0},') + "{}]}",
    "a key a million times": lambda: "{" + repeated('"rules":0,') + '"rules":0}',
    "records": lambda: '{"SamplingRuleRecords": [' + repeated("{},", 250_000) + "{}]}",
    "never closed text": lambda: '{"//' + repeated('\\"') + "x",
    "never closed comments": lambda: "{" + repeated("/*"),
    "blank lines": lambda: repeated("\n"),
    "blank lines behind a word": lambda: "{" + repeated("\n"),
    "words": lambda: repeated("resource "),
    "types": lambda: repeated("Type :\n"),
    "quotes": lambda: "[" + repeated('"'),
    "backslashes": lambda: '["//' + repeated("\\"),
    "surrogate": lambda: '{"rules": [{"name": "\\ud800"}]}',
    "colons": lambda: repeated("? : ", MIB - 64),
    "anchors": lambda: "".join(f"- &a{n} x\n" for n in range(90_000)),
    "question marks": lambda: "? " * 400_000,
    "dashes": lambda: "- " * 400_000,
}


@pytest.fixture(scope="module")
def forked() -> Iterator[ForkedCommand]:
    with forked_command(*IMPORTED) as command:
        yield command


@pytest.fixture
def refused(tmp_path: Path, forked: ForkedCommand, folder: Path) -> Refused:
    """Return what a command says that must end in time, and in memory, with an exit code."""

    def run(arguments: Sequence[str], codes: Sequence[int] = (2,)) -> str:
        # Time of the processor, whoever else has it; the system ends what takes more.
        limits = {resource.RLIMIT_CPU: SECONDS}
        if sys.platform == "linux":
            # What the limit does not count: threads' stacks, and libraries that are mapped.
            limits[resource.RLIMIT_DATA] = MEMORY
        done = forked(
            *arguments, folder=folder, output=tmp_path / "said", limits=limits, seconds=FOREVER
        )
        assert done.code in codes, f"{done.code}: {done.said[:500]}"
        assert "unexpected" not in done.said
        assert "Traceback" not in done.said
        return done.said

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "rules.yaml").write_text(RULES)
    (folder / "right.json").write_text(
        json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}})
    )
    return folder


# Each kind through two of the commands by turns: all pairs would take minutes.
PAIRS = [
    (READERS[(at + step) % len(READERS)], kind)
    for at, kind in enumerate(DOCUMENTS)
    for step in (0, 3)
]


@pytest.mark.parametrize(
    ("command", "kind"), PAIRS, ids=[f"{' '.join(pair[0][:2])}: {pair[1]}" for pair in PAIRS]
)
def test_documents(refused: Refused, folder: Path, command: Sequence[str], kind: str) -> None:
    (folder / "input.yaml").write_text(DOCUMENTS[kind]())

    said = refused(command)

    assert "input.yaml" in said
    assert all(line.isprintable() for line in said.splitlines())


TERRAFORM: Mapping[str, Callable[[], str]] = {
    "deep lists": lambda: "a = " + "[" * 10_000 + "]" * 10_000,
    "deep brackets": lambda: "a = " + "(" * 10_000 + "1" + ")" * 10_000,
    "deep blocks": lambda: 'a "b" {\n' * 5_000,
    "deep templates": lambda: 'a = "' + '${"' * 10_000,
    "a long sum": lambda: "a = " + "1+" * 20_000 + "1\n",
    "conditions": lambda: "a = " + "x ? " * 16_000,
    "a long list": lambda: "a = [" + repeated("1,", MIB - 64) + "]\n",
    "blank lines": lambda: repeated("\n"),
    "text": lambda: 'a = "' + "x" * 15 * MIB,
    "comment": lambda: "/*" + "x" * (MIB - 64),
    "heredoc": lambda: "a = <<A\n" + repeated("A \n", 100_000),
    "negations": lambda: "a = " + "!" * 40_000 + "x\n",
    "indexes": lambda: "a = x" + "[0]" * 15_000 + "\n",
}


@pytest.mark.parametrize("kind", TERRAFORM)
def test_terraform(refused: Refused, folder: Path, kind: str) -> None:
    (folder / "input.tf").write_text(TERRAFORM[kind]())

    assert "input.tf" in refused(IMPORT_TF)


def zeros(pack: Callable[[bytes], bytes], many: int) -> bytes:
    # All of these formats are read on where one compressed part follows another.
    return pack(b"\0" * 64 * MIB) * many


LOGS: Mapping[str, Callable[[], bytes]] = {
    "one line": lambda: b"x" * 64 * MIB,
    "one request": lambda: LINE.replace(b"/a", b"/" + b"a" * 64 * MIB),
    "gzip of zeros": lambda: zeros(gzip.compress, 40),
    "bzip2 of zeros": lambda: zeros(bz2.compress, 40),
    "bzip2 of zeros behind lines": lambda: bz2.compress(LINE * 100) + zeros(bz2.compress, 40),
    "cut gzip": lambda: gzip.compress(LINE * 1000)[:-20],
    "no gzip": lambda: b"\x1f\x8b\x08" + b"\xff" * 1000,
    "no zstd": lambda: b"\x28\xb5\x2f\xfd" + b"\xff" * 1000,
    "no bzip2": lambda: b"BZh9" + b"\xff" * 1000,
    "no Parquet": lambda: b"PAR1" + b"\xff" * 1000 + b"PAR1",
    "deep JSON": lambda: b'{"a":' * MIB,
    "deep JSON lines": lambda: (b'{"a":' * 5000 + b"\n") * 1000,
    "a JSON line": lambda: b'{"time": "' + b"9" * 64 * MIB + b'"}\n',
    "zero bytes": lambda: b"\0" * 64 * MIB,
    "braces": lambda: b"{\n" * 8 * MIB,
}


@pytest.mark.parametrize("kind", LOGS)
@pytest.mark.parametrize("command", [SIMULATE, COUNTS], ids=["logs", "counts"])
def test_logs(refused: Refused, folder: Path, command: Sequence[str], kind: str) -> None:
    (folder / "input.log").write_bytes(LOGS[kind]())

    assert "input.log" in refused(command)


@pytest.mark.parametrize("command", [SIMULATE, COUNTS, CHECK, IMPORT, REVIEW, INJECT])
@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "loop", "gone", "long"])
def test_no_regular_file(refused: Refused, folder: Path, command: Sequence[str], kind: str) -> None:
    named = next(word for word in command if word.startswith("input"))
    path = folder / named
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    elif kind == "loop":
        path.symlink_to(named)
    name = "x" * 5000 if kind == "long" else named

    said = refused([name if word == named else word for word in command])

    lines = [line for line in said.splitlines() if line and not line.startswith("About each: ")]
    assert len(lines) == 1


def test_an_assembly_ends(refused: Refused, folder: Path) -> None:
    inside = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "sub"}}
    outside = {"type": "cdk:cloud-assembly", "properties": {"directoryName": ".."}}
    stack = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "right.json"}}
    (folder / "sub").mkdir()
    (folder / "sub" / "manifest.json").write_text(json.dumps({"artifacts": {"a": outside}}))
    for artifacts in ({"a": inside}, {f"s{n}": stack for n in range(100_000)}):
        (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))

        for command in (["review", "."], ["rules", "import", "."], ["verify", "--app", "."]):
            assert "assembly must" in refused(command)


EXPRESSIONS = {
    "brackets": "(" * 2000,
    "negations": "!" * 2000,
    "closed": "(" * 900 + "ok" + ")" * 900,
    "text": '"' + "x" * 100_000,
    "escapes": '"' + '\\"' * 50_000,
    "words": "a." * 50_000,
    "conditions": "ok OR " * 10_000,
    "numbers": "duration > " + "9" * 100_000,
}


@pytest.mark.parametrize("kind", EXPRESSIONS)
def test_filter_expressions(refused: Refused, folder: Path, kind: str) -> None:
    group = {"name": "g", "filter_expression": EXPRESSIONS[kind]}
    (folder / "input.yaml").write_text(RULES + "groups:\n  - " + json.dumps(group))

    refused(CHECK, codes=(0, 1, 2))
