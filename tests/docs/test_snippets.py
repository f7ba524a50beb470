"""Every snippet that users may copy is run, or stands in a file that is."""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from textwrap import dedent
from typing import Any

import aws_cdk as cdk
import pytest

from cdk_ecs_xray import SamplingRuleError, SamplingRuleSet
from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.local.seed import Seed

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
LANGUAGES = {"console", "json", "mermaid", "python", "sh", "sql", "text", "xml", "yaml"}


def test_every_fence_names_its_language(snippets: Sequence[Any]) -> None:
    assert {snippet.language for snippet in snippets} <= LANGUAGES
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        fences = re.findall(r"^```.*$", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert all(fence != "```" for fence in fences[::2]), page.name


@pytest.mark.parametrize("example", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_every_example_synthesises(
    example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cdk, "App", partial(cdk.App, outdir=str(tmp_path)))
    monkeypatch.chdir(ROOT)
    runpy.run_path(str(example), run_name="__main__")
    (template, *_) = tmp_path.rglob("*.template.json")
    assert '"AWS::' in template.read_text()


def without_margin(lines: Sequence[str]) -> Sequence[str]:
    return dedent("\n".join(lines)).splitlines()


def is_in(wanted: Sequence[str], lines: Sequence[str]) -> bool:
    """Return whether the lines follow each other there, at whatever margin."""
    margin = without_margin(wanted)
    return any(
        without_margin(lines[start : start + len(wanted)]) == margin
        for start in range(len(lines) - len(wanted) + 1)
    )


def test_every_python_snippet_is_a_region_of_an_example(snippets: Sequence[Any]) -> None:
    examples = [path.read_text().splitlines() for path in sorted((ROOT / "examples").rglob("*.py"))]
    strangers = [
        f"{snippet.page}: {snippet.lines[0]}"
        for snippet in snippets
        if snippet.language == "python"
        and not any(is_in(snippet.text.splitlines(), lines) for lines in examples)
    ]
    assert strangers == []
    assert sum(snippet.language == "python" for snippet in snippets) >= 5


def test_every_yaml_snippet_is_the_file_it_says(snippets: Sequence[Any], tmp_path: Path) -> None:
    shutil.copytree(ROOT / "sampling", tmp_path / "sampling")
    readers: dict[str, Callable[[Path], object]] = {
        "environments": Environment.from_file,
        "sampling": SamplingRuleSet.from_file,
    }
    read = 0
    for snippet in snippets:
        if snippet.language != "yaml":
            continue
        if snippet.lines[0] == "# seed.yaml":
            (tmp_path / "seed.yaml").write_text(snippet.text)
            Seed.from_file(tmp_path / "seed.yaml")
            continue
        # Not of this kit: tests/workflows holds them to the action and to the hooks.
        if snippet.lines[0].startswith(("# .github/", "# .pre-commit")):
            continue
        named = re.fullmatch(r"# ((\w+)/[\w.-]+\.yaml)", snippet.lines[0])
        assert named is not None, f"{snippet.page}: {snippet.lines[0]}"
        file = tmp_path / named[1]
        file.parent.mkdir(exist_ok=True)
        file.write_text(snippet.text)
        readers[named[2]](file)
        read += 1
    assert read > 0


def test_every_make_target_exists(snippets: Sequence[Any]) -> None:
    makefile = (ROOT / "Makefile").read_text()
    named = {
        word
        for snippet in snippets
        if snippet.language == "sh"
        for line in snippet.lines
        if line.startswith("make ")
        for word in shlex.split(line, comments=True)[1:]
        if "=" not in word
    }
    assert {"deploy-local", "test"} <= named
    missing = {target for target in named if f"\n{target}:" not in makefile}
    assert missing == set()


def test_the_error_that_a_page_shows_is_the_one_users_get(
    snippets: Sequence[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = [
        line
        for snippet in snippets
        if snippet.page == "docs/sampling.md" and snippet.text.startswith("sampling/rules.yaml, ")
        for line in snippet.lines
    ]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sampling").mkdir()
    (tmp_path / "sampling/rules.yaml").write_text(
        "rules:\n  - name: checkout\n    priority: 10\n    fixed_rate: 5\n"
    )
    with pytest.raises(SamplingRuleError) as refused:
        SamplingRuleSet.from_file("sampling/rules.yaml")
    assert [str(problem) for problem in refused.value.problems] == shown


def test_links_lead_somewhere() -> None:
    broken = [
        f"{page.name}: {target}"
        for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []
