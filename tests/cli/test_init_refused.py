"""What keeps `ecs-xray init` from writing: all of it is named, and nothing is left behind."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from cdk_ecs_xray.cli import atomic_file
from cdk_ecs_xray.cli.commands import run
from tests.cli.project_folder import PYTHON, files_in, fill


def test_all_that_is_in_the_way_is_named_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path, {"app.py": "mine\n", "environments/dev.yaml": "mine\n", "sampling": "a file\n"})
    before = files_in(tmp_path)

    assert run(["init", str(tmp_path)]) == 2

    assert files_in(tmp_path) == before
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    for name, line in zip(("app.py", "environments/dev.yaml", "sampling"), lines, strict=True):
        assert f"{tmp_path / name}: must" in line


def test_a_link_that_leads_nowhere_is_not_written_through(tmp_path: Path) -> None:
    outside = tmp_path / "outside.py"
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "app.py").symlink_to(outside)

    assert run(["init", str(folder)]) == 2

    assert not outside.exists()
    assert [path.name for path in folder.iterdir()] == ["app.py"]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--name", "with space"], ["--name"]),
        (["--name", ""], ["--name"]),
        (["--name", "a" * 64], ["--name"]),
        (["--name", "a: {b: c}"], ["--name"]),
        (["--env", "Dev"], ["--env"]),
        (["--env", "../../etc"], ["--env"]),
        (["--env", "-", "--namespace", "A", "--name", "9"], ["--name", "--env", "--namespace"]),
        (["--launch", "fargate", "--subnet", "vpc-1"], ["--subnet"]),
        (["--subnet", "subnet-0a1b2c3d"], ["--subnet and --launch ec2"]),
        (["--name", "sampling"], ["environments/dev.yaml"]),
    ],
)
def test_what_no_environment_could_have_is_refused_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], named: list[str]
) -> None:
    folder = tmp_path / "new"

    assert run(["init", str(folder), *options]) == 2

    assert not folder.exists()
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(named)
    assert all(f"ecs-xray: {one}" in line for one, line in zip(named, lines, strict=True))


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ({**PYTHON, "cdk.json": "{torn"}, "cdk.json"),
        ({**PYTHON, "sampling/rules.yaml": "rules: 5\n"}, "sampling/rules.yaml"),
        ({**PYTHON, "environments/qa.yaml": "name: 5\n"}, "environments/qa.yaml"),
    ],
)
def test_files_that_are_there_and_wrong_come_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], files: Mapping[str, str], named: str
) -> None:
    fill(tmp_path, files)

    assert run(["init", str(tmp_path)]) == 2

    assert files_in(tmp_path) == files
    assert str(tmp_path / named) in capsys.readouterr().err


def test_a_name_that_another_file_has_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", str(tmp_path)]) == 0
    (tmp_path / "environments" / "dev.yaml").rename(tmp_path / "environments" / "one.yaml")

    assert run(["init", str(tmp_path)]) == 2

    assert "--env: must be a name that no other file" in capsys.readouterr().err
    assert not (tmp_path / "environments" / "dev.yaml").exists()


def test_a_file_is_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path, {"a": "b"})

    assert run(["init", str(tmp_path / "a")]) == 2
    assert run(["init", str(tmp_path / "a" / "b")]) == 2

    assert files_in(tmp_path) == {"a": "b"}
    assert "must be a folder" in capsys.readouterr().err


def test_what_fails_half_way_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written: list[Path] = []
    write = atomic_file._write_new

    def full(path: Path, content: bytes) -> None:
        if len(written) == 4:
            raise OSError(28, os.strerror(28))
        written.append(path)
        write(path, content)

    monkeypatch.setattr(atomic_file, "_write_new", full)

    assert run(["init", str(tmp_path / "new" / "app")]) == 2

    assert len(written) == 4
    assert list(tmp_path.iterdir()) == []
    assert "No space left on device" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tmp_path.chmod(0o500)
    try:
        assert run(["init", str(tmp_path)]) == 2
    finally:
        tmp_path.chmod(0o700)

    assert "Permission denied" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
