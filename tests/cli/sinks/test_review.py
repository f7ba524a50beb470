"""A review prints the names of a template as text, in each of its forms."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.printable import printable
from tests.cli.sinks import forms
from tests.cli.sinks.hostile import HARMLESS, HOSTILE, file_name
from tests.cli.sinks.planted import template

Printed = pytest.CaptureFixture[str]
SHAPES: dict[str, Callable[[str], Any]] = {
    "terminal": forms.indents,
    "markdown": forms.markdown,
    "html": forms.html,
    "json": lambda text: forms.json_shape(forms.as_json(text)),
    "sarif": lambda text: forms.json_shape(forms.as_json(text)),
}
READ: dict[str, Callable[[str], str]] = {
    "terminal": str,
    "markdown": forms.shown_by_markdown,
    "html": forms.shown_by_html,
    "json": lambda text: "\n".join(forms.texts(forms.as_json(text))),
    "sarif": lambda text: "\n".join(forms.texts(forms.as_json(text))),
}


def reviewed(folder: Path, name: str, form: str, printed: Printed, *, against: bool) -> str:
    file, before = folder / "new.json", folder / "old.json"
    file.write_text(template(name))
    before.write_text(template(f"{name} before"))
    compared = ["--against", str(before)] if against else []
    assert run(["review", str(file), "--format", form, *compared]) == 0
    captured = printed.readouterr()
    assert captured.err == ""
    return captured.out


@pytest.mark.parametrize("against", [False, True], ids=["alone", "against"])
@pytest.mark.parametrize("form", SHAPES)
@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_name_stays_text(
    tmp_path: Path, name: str, form: str, capsys: Printed, *, against: bool
) -> None:
    harmless = reviewed(tmp_path, HARMLESS, form, capsys, against=against)
    hostile = reviewed(tmp_path, name, form, capsys, against=against)

    assert SHAPES[form](hostile) == SHAPES[form](harmless)
    # Programs get a name as it is; a reader gets every character of it that can be seen.
    shown = name if form == "json" else printable(name)
    assert forms.one_line(shown) in forms.one_line(READ[form](hostile)).replace("] (", "](")


@pytest.mark.parametrize("form", SHAPES)
@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_file_s_name_stays_text(tmp_path: Path, name: str, form: str, capsys: Printed) -> None:
    shapes = []
    for called in (HARMLESS, file_name(name)):
        file, out = tmp_path / called, tmp_path / f"out {called}"
        file.write_text(template(HARMLESS))

        assert run(["review", str(file), "--format", form]) == 0
        shapes.append(SHAPES[form](capsys.readouterr().out))
        assert run(["review", str(file), "--format", form, "-o", str(out)]) == 0

        (line,) = forms.terminal(capsys.readouterr().err.removesuffix("\n"))
        assert "zq" in line
        assert SHAPES[form](out.read_text()) == shapes[-1]
    assert shapes[0] == shapes[1]
