"""Reads the text of a file, the one way for every kind of file that people write."""

from __future__ import annotations

from pathlib import Path

from cdk_ecs_xray.errors import ConfigurationError, EcsXRayError, Problem


def displayed(path: str | Path) -> str:
    """Name the file as a user would, from where the command was started."""
    path = Path(path)
    try:
        return path.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return str(path)


def read_text(path: str | Path, *, error: type[EcsXRayError] = ConfigurationError) -> str:
    """Return a file's text.

    :raises EcsXRayError: as the given class, when it cannot be read or is no UTF-8 text.
    """
    where = displayed(path)
    try:
        content = Path(path).read_bytes()
    except OSError as failed:
        raise error(
            Problem(
                where=where,
                what="the file must be readable",
                got=f"'{failed.strerror}'",
                fix="Check the path.",
            )
        ) from None
    return decoded(content, where=where, error=error)


def decoded(content: bytes, *, where: str, error: type[EcsXRayError] = ConfigurationError) -> str:
    """Return bytes as text; a byte order mark, which AWS's tools refuse, goes.

    :raises EcsXRayError: as the given class, for what is not UTF-8.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as invalid:
        raise error(
            Problem(
                where=where,
                what="the file must be UTF-8 text",
                got=f"byte 0x{content[invalid.start]:02x} at position {invalid.start}",
                fix="Save it as UTF-8.",
            )
        ) from None
