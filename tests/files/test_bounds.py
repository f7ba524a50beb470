"""What a text from outside may be: of a size, a depth and numbers that every reader takes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cdk_ecs_xray.errors import ConfigurationError
from cdk_ecs_xray.files.plain_data import read_data, read_json, read_yaml
from cdk_ecs_xray.files.text_file import MOST_BYTES, read_text

Read = Callable[..., object]


def tenfold(levels: int, first: str, form: str) -> str:
    """Return YAML whose every line holds the one before ten times."""
    lines = [f"x0: &x0 {first}"]
    lines += [
        f"x{level}: &x{level} {form.format(', '.join([f'*x{level - 1}'] * 10))}"
        for level in range(1, levels + 1)
    ]
    return "\n".join(lines) + "\n"


CHAIN = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 300))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (tenfold(9, "[v]", "[{}]"), "more than 100,000 values once aliases are spelled out"),
        (tenfold(9, "{k: v}", "{{<<: [{}]}}"), "more than 100,000 values once aliases"),
        ("[" + "a," * 100_001 + "]", "more than 100,000 values"),
        ("a: &a [*a]", "a value inside itself"),
        ("a: &a {b: [*a]}", "a value inside itself"),
        (CHAIN, "nested less deeply"),
        ("a: " + "[" * 101 + "]" * 101, "nested less deeply"),
        ("# " + "x" * 1024 * 1024, "at most 1 MiB"),
        ("a: !!set {b}", "the tag !!set"),
        ("a: !!map x", "the tag !!map"),
        ("a: !!map [[b]]", "the tag !!map"),
        ("a: !!int x", "no value of the kind int"),
        ("a: !!binary aGk=", "the tag !!binary"),
        ("? [a]\n: b", "a key that is no text"),
        ("a: 1e400", "finite"),
        ("a: -1e400", "finite"),
        (f"a: {2**63}", "2^63"),
        (f"a: {'9' * 5000}", "of the kind int"),
        (r'a: "\ud800"', "Unicode"),
        (r'"\udfff": a', "Unicode"),
    ],
    ids=lambda text: repr(text[:16]),
)
def test_yaml_beyond_a_bound_is_refused(text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_yaml(text, where="a.yaml")

    (problem,) = refused.value.problems
    assert said in str(problem)
    assert problem.where.startswith("a.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1e400}', "finite"),
        ('{"a": NaN}', "finite"),
        ('{"a": -Infinity}', "finite"),
        (f'{{"a": {2**63}}}', "2^63"),
        (f'{{"a": {"9" * 100_000}}}', "100000 digits"),
        ('{"a": ' + "[" * 101 + "]" * 101 + "}", "nested less deeply"),
        ('{"a": ' + "[" * 100_000, "nested less deeply"),
        (r'{"a": "\ud800"}', "Unicode"),
        (r'{"\udfff": 1}', "Unicode"),
    ],
    ids=lambda text: repr(text[:16]),
)
@pytest.mark.parametrize("read", [read_json, read_data])
def test_json_beyond_a_bound_is_refused(read: Read, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=r"a\.json") as refused:
        read(text, where="a.json")

    assert said in str(refused.value)


def test_up_to_its_bounds_all_is_read() -> None:
    assert read_yaml(tenfold(4, "[v]", "[{}]"), where="")["x1"] == [["v"]] * 10
    assert read_yaml("a: &a {k: 1}\nb: {<<: *a, l: 2}", where="")["b"] == {"k": 1, "l": 2}
    assert read_json(f'{{"a": [{2**63 - 1}, -{2**63}, 1e308]}}', where="") == {
        "a": [2**63 - 1, -(2**63), 1e308]
    }
    assert read_json(r'{"a": "\ud83d\ude00"}', where="") == {"a": "😀"}
    assert read_yaml("a: " + "[" * 99 + "]" * 99, where="") != {}


def test_keys_are_text_as_written() -> None:
    assert read_yaml("012345678901: {no: 1, true: 2, 1.0: 3, ~: 4}", where="") == {
        "012345678901": {"no": 1, "true": 2, "1.0": 3, "~": 4}
    }


def test_a_file_has_a_largest_size(tmp_path: Path) -> None:
    file = tmp_path / "large.json"
    with file.open("wb") as sparse:
        sparse.truncate(MOST_BYTES + 2)

    with pytest.raises(ConfigurationError, match="at most 16 MiB"):
        read_text(file)


@pytest.mark.parametrize(
    ("path", "got"), [("/dev/zero", "a device"), ("/dev/null", "a device"), (".", "Is a directory")]
)
def test_only_regular_files_are_read(path: str, got: str) -> None:
    with pytest.raises(ConfigurationError, match=got):
        read_text(path)


def test_a_pipe_is_refused_though_nobody_writes(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    said: list[str] = []

    def read() -> None:
        try:
            read_text(pipe)
        except ConfigurationError as refused:
            said.append(str(refused))

    reading = threading.Thread(target=read, daemon=True)
    reading.start()
    reading.join(timeout=10)

    assert said != []
    assert "a pipe" in said[0]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a\0b", "must be readable"),
        ("x" * 5000, "must be readable"),
        ("loop", "must be readable"),
        ("gone/file", r"gone/file: not found\. Check the path\."),
    ],
    ids=["zero-byte", "long", "loop", "gone"],
)
def test_a_path_that_cannot_be_opened_is_named(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "loop").symlink_to("loop")

    with pytest.raises(ConfigurationError, match=said):
        read_text(tmp_path / name)
