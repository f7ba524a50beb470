"""Reading a file: YAML 1.2, and everything that can be wrong with a file before its fields."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from cdk_ecs_xray import SamplingRuleError
from cdk_ecs_xray.files.model_file import read_model


class Anything(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    value: Any = None
    other: str | None = None


@pytest.fixture
def path(project: Path) -> Path:
    return project / "file.yaml"


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        # YAML 1.1 reads the first as 4096, the second as a number and the third as false.
        ("000000010000", "000000010000"),
        ("012345678901", "012345678901"),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("=", "="),
        ("2026-11-20", "2026-11-20"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-7", -7),
        ("123456789012", 123456789012),
        ("0.05", 0.05),
        (".5", 0.5),
        ("5e-2", 0.05),
        ("1e3", 1000.0),
        ("'010'", "010"),
        ('"true"', "true"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(path: Path, scalar: str, value: object) -> None:
    path.write_text(f"value: {scalar}\n")

    read = read_model(path, Anything).value

    assert read == value
    assert type(read) is type(value)


PLAIN_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=0x17F, exclude_categories=["C"]))
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**63), max_value=2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | PLAIN_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PLAIN_TEXT, inner, max_size=3),
    max_leaves=8,
)


# Without a deadline: other programs may have the processor for a while.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(value=JSON_VALUES)
def test_json_means_what_it_says(path: Path, value: object) -> None:
    path.write_text(json.dumps({"value": value}, ensure_ascii=False), encoding="utf-8")

    assert read_model(path, Anything).value == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "file.yaml: a mapping of keys to values is required. Start with"),
        (
            "# only a remark\n",
            "file.yaml: a mapping of keys to values is required. Start with",
        ),
        ("- value\n", "file.yaml: the file must hold a mapping of keys to values (got a list"),
        ("value\n", "file.yaml: the file must hold a mapping of keys to values (got a str"),
        ("value: 1\nvalue: 2\n", "file.yaml, line 2, column 1: "),
        ("value:\n  deep: 1\n  deep: 2\n", "file.yaml, line 3, column 3: "),
        ("value: [1\nother: x\n", "file.yaml, line 2, column "),
        ("value: 'open\n", "file.yaml, line "),
        ("value: a: b\n", "file.yaml, line 1, column 9: "),
        ("value: *nowhere\n", "file.yaml, line 1, column 8: "),
        ("value: !!python/object/apply:os.getcwd []\n", "file.yaml, line 1, column 8: "),
        ("value: !!int many\n", "file.yaml, line 1, column 8: "),
        ("value: !!float many\n", "file.yaml, line 1, column 8: "),
        ("value: !!bool many\n", "file.yaml, line 1, column 8: "),
        ("value: !!timestamp many\n", "file.yaml, line 1, column 8: "),
        (f"value: {'9' * 5000}\n", "file.yaml, line 1, column 8: "),
        ("value: a\x00b\n", "file.yaml: the file must be text"),
        ("value: " + "[" * 5000 + "]" * 5000, "file.yaml: the file must be nested less deeply"),
        ("---\nvalue: 1\n---\nvalue: 2\n", "file.yaml, line 3, column 1: "),
    ],
    ids=lambda text: repr(text[:24]),
)
def test_a_file_that_is_no_mapping_says_where_it_breaks(
    path: Path, problems_of: Callable[..., list[str]], text: str, expected: str
) -> None:
    path.write_text(text)

    (problem,) = problems_of(read_model, path, Anything)

    assert problem.startswith(expected)


def test_a_key_that_is_there_twice_is_named(
    path: Path, problems_of: Callable[..., list[str]]
) -> None:
    path.write_text("other: a\nother: b\n")

    (problem,) = problems_of(read_model, path, Anything)

    assert "'other'" in problem


def test_bytes_that_are_not_utf_8_are_shown_with_their_place(
    path: Path, problems_of: Callable[..., list[str]]
) -> None:
    path.write_bytes(b"value: gr\xfcn\n")

    (problem,) = problems_of(read_model, path, Anything)

    assert problem.startswith("file.yaml: the file must be UTF-8 text (got byte 0xfc at position 9")


def test_a_missing_file_and_a_folder_are_named(
    project: Path, problems_of: Callable[..., list[str]]
) -> None:
    assert problems_of(read_model, project / "none.yaml", Anything)[0].startswith("none.yaml: ")
    assert problems_of(read_model, project / "sampling", Anything)[0].startswith("sampling: ")


def test_a_file_elsewhere_is_named_in_full(
    path: Path,
    problems_of: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path.write_text("")
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))

    assert problems_of(read_model, path, Anything)[0].startswith(f"{path}: ")


def test_all_problems_of_a_file_come_together_as_the_error_asked_for(path: Path) -> None:
    path.write_text("othre: a\nother: 7\nunheard_of: 1\n")

    with pytest.raises(SamplingRuleError) as raised:
        read_model(path, Anything, error=SamplingRuleError)

    assert sorted(map(str, raised.value.problems)) == [
        "file.yaml: other must be text (got 7). Put it in quotes.",
        "file.yaml: othre must be a known key (got 'a'). Did you mean 'other'?",
        "file.yaml: unheard_of must be a known key (got 1). Known keys: value, other.",
    ]


def test_a_long_value_is_cut(path: Path, problems_of: Callable[..., list[str]]) -> None:
    path.write_text(f"unheard_of: {'x' * 5000}\n")

    (problem,) = problems_of(read_model, path, Anything)

    assert len(problem) < 200
