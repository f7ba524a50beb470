"""Output goes where it was told, and what was there stays what it was."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from cdk_ecs_xray.cli.atomic_file import write_atomically

PROGRAM = str(Path(sys.prefix) / "bin" / "ecs-xray")
RULES = "rules:\n  - {name: a, priority: 1, url_path: /a, reservoir_size: 1, fixed_rate: 0.1}\n"
EXPORT = ["rules", "export", "--for", "python", "--rules", "rules.yaml", "--output"]


def test_a_device_is_written_and_stays_one() -> None:
    write_atomically(Path("/dev/null"), b"x")

    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_fifo_is_written_and_stays_one(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(fifo.read_bytes()), daemon=True)
    reader.start()

    write_atomically(fifo, b"all of it")
    reader.join(timeout=10)

    assert read == [b"all of it"]
    assert stat.S_ISFIFO(fifo.stat().st_mode)
    assert list(tmp_path.iterdir()) == [fifo]


def test_the_mode_of_a_replaced_file_stays(tmp_path: Path) -> None:
    file = tmp_path / "out"
    file.write_text("old")
    file.chmod(0o640)

    write_atomically(file, b"new")

    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file to somebody else")
def test_the_owner_of_a_replaced_file_stays(tmp_path: Path) -> None:
    file = tmp_path / "out"
    file.write_text("old")
    os.chown(file, 12345, 12346)

    write_atomically(file, b"new")

    assert (file.stat().st_uid, file.stat().st_gid) == (12345, 12346)


def printed_by(folder: Path, shell: str) -> subprocess.CompletedProcess[bytes]:
    (folder / "rules.yaml").write_text(RULES)
    (folder / "link").symlink_to("/dev/stdout")
    return subprocess.run(
        ["/bin/bash", "-c", shell, "bash", PROGRAM, *EXPORT],
        cwd=folder,
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "link", "/dev/./stdout"]
)
@pytest.mark.parametrize(
    ("shell", "before"),
    [
        ('"$@" {} >> out', "kept\n"),
        ('echo first > out; "$@" {} >> out', "first\n"),
        ('(echo first; "$@" {}; echo last) > out', "first\n"),
        ('"$@" {} | cat >> out', "kept\n"),
        ('"$@" {} > >(cat >> out); wait $!', "kept\n"),
    ],
    ids=["append", "append behind", "between", "pipe", "substitution"],
)
def test_standard_output_is_written_and_never_replaced(
    tmp_path: Path, name: str, shell: str, before: str
) -> None:
    out = tmp_path / "out"
    out.write_text("kept\n")
    inode = out.stat().st_ino

    done = printed_by(tmp_path, shell.format(name))

    text = out.read_text()
    assert done.returncode == 0, done.stderr
    assert out.stat().st_ino == inode
    assert text.startswith(before + "{")
    assert text.endswith("}\nlast\n" if "last" in shell else "}\n")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["link", "out", "rules.yaml"]


@pytest.mark.parametrize("name", ["/dev/stderr", "/dev/fd/7"])
def test_other_open_files_are_written_too(tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    out.write_text("kept\n")

    done = printed_by(tmp_path, f'"$@" {name} 2>> out 7>> out')

    assert (done.returncode, done.stdout) == (0, b"")
    assert out.read_text().startswith("kept\n{")


@pytest.mark.parametrize("shell", ['"$@" /dev/stdout >&-', '"$@" /dev/fd/9', '"$@" /dev/full'])
def test_what_cannot_be_written_is_a_line(tmp_path: Path, shell: str) -> None:
    done = printed_by(tmp_path, shell)

    assert done.returncode in (1, 2)
    (line,) = done.stderr.decode().splitlines()
    assert "must be" in line
