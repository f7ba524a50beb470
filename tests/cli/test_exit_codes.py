"""0 is success, 1 findings, 2 unusable input, over every command that reads something.

A failed operation is 1 too: ``test_command_line.py`` has a taken port, ``tests/verify`` answers
that are not AWS's, ``test_guard.py`` output that cannot be written. Ctrl-C is 130:
``test_guard.py`` and ``tests/end_to_end/signals``.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.cli.commands import run
from tests.cli.sinks.planted import task, template
from tests.right_template import RIGHT

GOOD = {"rules": [{"name": "a", "priority": 1, "fixed_rate": 0.1, "url_path": "/a"}]}
SHADOWED = {
    "rules": [
        {"name": "a", "priority": 1, "fixed_rate": 0.1},
        {"name": "b", "priority": 2, "fixed_rate": 0.1, "url_path": "/b"},
    ]
}
FILES: Mapping[str, Any] = {
    "right.json": copy.deepcopy(RIGHT),
    "wrong.json": json.loads(template("app")),
    "task.json": task("web"),
    "rules.json": GOOD,
    "shadowed.json": SHADOWED,
    "routes.json": {"routes": [{"method": "GET", "path": "/", "requests_per_second": 5}]},
    "torn.json": [1],
}
SUCCESS = (
    "review right.json --fail-on warning",
    "review wrong.json",
    "rules check rules.json",
    "rules explain GET / --rules rules.json",
    "rules simulate --rps 5 --rules rules.json",
    "rules simulate --traffic routes.json --rules rules.json",
    "rules simulate --print-athena-sql",
    "rules export --for python --rules rules.json",
    "rules import rules.json",
    "rules schema",
    "inject task.json --no-log --region eu-west-1",
    "schema rules",
    "docs",
    "completion bash",
    "--version",
)
FINDINGS = (
    "review wrong.json --fail-on error",
    "review wrong.json --fail-on untraced",
    "rules check shadowed.json --fail-on warning",
)
UNUSABLE = (
    *(f"review {name}" for name in ("torn.json", "gone.json")),
    "review right.json --against gone.json",
    "review right.json --traffic torn.json",
    "review right.json --accept no-such-finding",
    *(f"rules check {name}" for name in ("torn.json", "gone.json")),
    *(f"rules explain GET / --rules {name}" for name in ("torn.json", "gone.json")),
    *(f"rules simulate --rps 5 --rules {name}" for name in ("torn.json", "gone.json")),
    "rules simulate gone.log --rules rules.json",
    "rules simulate --from-counts gone.csv --rules rules.json",
    "rules simulate --rules rules.json",
    *(f"rules export --for python --rules {name}" for name in ("torn.json", "gone.json")),
    *(f"rules import {name}" for name in ("torn.json", "gone.json")),
    *(f"inject {name}" for name in ("torn.json", "gone.json")),
    "adopt --state torn.json --app .",
    "adopt --state gone.json --app .",
    "verify --app gone",
    "local deploy --app gone",
    "environments check gone",
    "local stop many",
    "schema",
    "docs no-such-page",
    "completion tcsh",
    "no-such-command",
)
EACH: Sequence[tuple[int, str]] = [
    *((0, words) for words in SUCCESS),
    *((1, words) for words in FINDINGS),
    *((2, words) for words in UNUSABLE),
]


@pytest.mark.parametrize(("code", "words"), EACH, ids=[f"{words}: {code}" for code, words in EACH])
def test_exit_codes(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    code: int,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, document in FILES.items():
        (tmp_path / name).write_text(json.dumps(document))

    ended = run(words.split())

    captured = capsys.readouterr()
    assert ended == code, captured.err
    assert (captured.out + captured.err).strip()
    assert all(line.isprintable() for line in captured.err.split("\n"))
    assert {file.name for file in tmp_path.iterdir()} == set(FILES)
