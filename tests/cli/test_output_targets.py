"""Output goes where it was told, and what was there stays what it was."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from cdk_ecs_xray.cli.atomic_file import write_atomically


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
