"""Which operating system a task runs on, read from every sign that a task definition gives. Pure.

The one answer for constructs, inject and review.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_FAMILY = "operatingSystemFamily"
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html:
# the agent registers ecs.os-type as linux or windows, and ecs.os-family on Windows.
_WINDOWS_CONSTRAINT = re.compile(
    r"ecs\.os-(?:type|family)\s*(?:==|equals|=~|matches|in)\s*\[?\s*[\"']?\s*windows"
    r"|ecs\.os-type\s*(?:!=|not_equals)\s*[\"']?linux",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"!\s*\(|\bnot\b(?!_)", re.IGNORECASE)
# Microsoft's registry has these for Windows alone; the words are in the tags of others there.
_WINDOWS_IMAGE = re.compile(
    r"mcr\.microsoft\.com/(?:windows|dotnet/framework)(?:/|:|@|$)"
    r"|nanoserver|windowsservercore|[-_.:]ltsc20[0-9]{2}\b",
    re.IGNORECASE,
)
_WINDOWS_ATTRIBUTES = frozenset({"ecs.capability.fsxWindowsFileServer"})
_GMSA = "credentialspec"


def windows_sign(task: Mapping[str, Any]) -> str | None:
    """Return what shows that a task runs Windows, as messages say it; None for Linux.

    A task that names Linux as its operating system runs Linux, whatever else it says. Credentials
    of Active Directory are a sign only where nothing speaks for Linux, which has them too.

    :param task: a task definition in ECS's spelling or CloudFormation's; values that are no text
        yet count as nothing.
    """
    family = _text(_member(_member(task, "runtimePlatform"), _FAMILY)).upper()
    if family.startswith("WINDOWS"):
        return f"{_FAMILY} '{family}'"
    if family.startswith("LINUX"):
        return None
    return next(_signs(task), None)


def _signs(task: Mapping[str, Any]) -> Iterator[str]:
    for constraint in _items(_member(task, "placementConstraints")):
        expression = _text(_member(constraint, "expression"))
        # The query language has negation; what it leaves is not worth a guess.
        if _WINDOWS_CONSTRAINT.search(expression) and not _NEGATED.search(expression):
            yield f"the placement constraint '{expression}'"
    for attribute in _items(_member(task, "requiresAttributes")):
        name, value = (_text(_member(attribute, key)) for key in ("name", "value"))
        if name in _WINDOWS_ATTRIBUTES or (name, value.lower()) == ("ecs.os-type", "windows"):
            yield f"the attribute '{name}'"
    for volume in _items(_member(task, "volumes")):
        if _member(volume, "fsxWindowsFileServerVolumeConfiguration"):
            yield "a volume of FSx for Windows File Server"
    containers = _items(_member(task, "containerDefinitions"))
    for container in containers:
        image = _text(_member(container, "image"))
        if _WINDOWS_IMAGE.search(image):
            yield f"the image '{image}'"
    if any(_uses_gmsa(container) for container in containers) and not _speaks_for_linux(task):
        yield "credentialSpecs without an operating system"


def _uses_gmsa(container: Mapping[str, Any]) -> bool:
    options = _member(container, "dockerSecurityOptions")
    named = [_text(option) for option in options] if isinstance(options, list | tuple) else []
    return bool(_member(container, "credentialSpecs")) or any(
        option.startswith(_GMSA) for option in named
    )


def _speaks_for_linux(task: Mapping[str, Any]) -> bool:
    """Return whether a member is set that Windows has not: its launch type, platform or options."""
    launch_types = _member(task, "requiresCompatibilities")
    if isinstance(launch_types, list | tuple) and "FARGATE" in launch_types:
        # Fargate takes a task without an operating system for Linux.
        return True
    if _text(_member(_member(task, "runtimePlatform"), "cpuArchitecture")).upper() == "ARM64":
        return True
    return any(
        _member(container, key)
        for container in _items(_member(task, "containerDefinitions"))
        for key in ("linuxParameters", "readonlyRootFilesystem", "links", "ulimits")
    )


def _items(value: object) -> list[Mapping[str, Any]]:
    listed = value if isinstance(value, list | tuple) else ()
    return [item for item in listed if isinstance(item, Mapping)]


def _member(value: object, key: str) -> Any:
    """Return a member whatever its spelling: CloudFormation's differs by case alone."""
    if not isinstance(value, Mapping):
        return None
    if key in value:
        return value[key]
    return next(
        (found for name, found in value.items() if str(name).lower() == key.lower()),
        None,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
