"""What is in a folder that ``ecs-xray init`` is to write into, and the writing itself."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdk_ecs_xray.cli.atomic_file import write_atomically
from cdk_ecs_xray.cli.init_files import APP, CDK_SETTINGS
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.files.plain_data import read_json
from cdk_ecs_xray.files.text_file import displayed, is_there, read_text

# Of these a project's own say more than the written ones would.
LEFT_AS_THEY_ARE = ("README.md", ".gitignore", "requirements.txt")
_PYTHON = re.compile(r"python[0-9.]*(\.exe)?")
CALL = "add_environments"


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a folder holds already.

    :param app: the command of the CDK app in it; None where there is no app.
    :param calls: whether the app adds environments already, as far as its first file shows.
    """

    app: str | None
    python: bool
    calls: bool


def look(folder: Path) -> Found:
    """Return what is in a folder, which need not be there.

    :raises ConfigurationError: for what is no folder, or a ``cdk.json`` that CDK could not read.
    """
    if is_there(folder) and not folder.is_dir():
        raise ConfigurationError(
            Problem(
                where=str(folder),
                what="must be a folder",
                got="a file",
                fix="Name another, which is created if it is not there.",
            )
        )
    settings = folder / CDK_SETTINGS
    if not _taken(settings):
        return Found(app=None, python=True, calls=False)
    content = read_json(read_text(settings), where=displayed(settings))
    command = content.get("app") if isinstance(content, dict) else None
    words = _words(command)
    python = any(_PYTHON.fullmatch(Path(word).name) or word.endswith(".py") for word in words)
    if not words:
        # Named on the command line or in the user's own settings.
        python = (folder / APP).is_file()
    return Found(app=" ".join(words), python=python, calls=_calls(folder, words))


def missing(folder: Path, files: Mapping[str, str], *, kept: Sequence[str]) -> Mapping[str, str]:
    """Return those of the files that are not there as they would be written.

    :param kept: those that stay as they are if they are there.
    :raises ConfigurationError: naming every file that is there and differs.
    """
    left = {}
    problems = []
    for name, text in files.items():
        path = folder / name
        if _taken(path):
            if name in kept or _same(path, text):
                continue
            problems.append(
                Problem(
                    where=displayed(path),
                    what="must not be there yet",
                    got="one with other content",
                    fix="Move it away, or choose another folder or --env.",
                )
            )
            continue
        problems += _in_the_way(folder, path)
        left[name] = text
    if problems:
        raise ConfigurationError(*dict.fromkeys(problems))
    return left


def write_all(folder: Path, files: Mapping[str, str]) -> None:
    """Write files that are not there, all of them or none.

    :raises ConfigurationError: when one cannot be written.
    """
    made: list[Path] = []
    try:
        for name, text in files.items():
            path = folder / name
            made += _make_folders(path.parent)
            made.append(path)
            write_atomically(path, text.encode())
    except BaseException:
        # Ctrl-C too: what is there half would be in the way of the next try.
        for path in reversed(made):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        raise


def _make_folders(folder: Path) -> Iterator[Path]:
    absent = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(absent):
        try:
            one.mkdir()
        except OSError as failed:
            raise ConfigurationError(
                Problem(
                    where=str(one),
                    what="the folder must be one that can be made",
                    got=f"'{failed.strerror}'",
                    fix="Choose another.",
                )
            ) from None
        yield one


def _in_the_way(folder: Path, path: Path) -> Iterator[Problem]:
    for parent in path.parents:
        if parent == folder:
            return
        if _taken(parent) and not parent.is_dir():
            yield Problem(
                where=displayed(parent),
                what="must be a folder",
                got="something else",
                fix="Move it away, or choose another folder.",
            )


def _taken(path: Path) -> bool:
    # A link that leads nowhere is in the way too: writing would follow it.
    return path.is_symlink() or is_there(path)


def _same(path: Path, text: str) -> bool:
    with suppress(ConfigurationError):
        return path.is_file() and read_text(path) == text
    return False


def _words(command: Any) -> Sequence[str]:
    if not isinstance(command, str):
        return ()
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()


def _calls(folder: Path, words: Sequence[str]) -> bool:
    for word in (*words, APP):
        if not word.endswith(".py"):
            continue
        with suppress(ConfigurationError):
            if is_there(folder / word) and CALL in read_text(folder / word):
                return True
    return False
