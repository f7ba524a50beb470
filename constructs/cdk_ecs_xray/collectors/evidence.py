"""What is known of a container, whoever read it: a template, a task-definition file or CDK."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cdk_ecs_xray.unknown import Text, Unknown


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What shows which collector a container is and what it collects.

    :param image: as the task definition names it.
    :param command: appended to the image's entry point; Unknown where it is not spelled out.
    :param environment: variables; Unknown as value where it comes from a secret.
    :param environment_complete: False when variables come from a file as well.
    :param ports: container port and protocol of each mapping; None where the port is not known.
    :param mounts: a volume is mounted, which may hold a configuration.
    :param name: of the container, which decides where the image is not spelled out.
    """

    image: Text
    command: Sequence[Text] | Unknown = ()
    entry_point: Sequence[Text] | Unknown = ()
    environment: Mapping[str, Text] = field(default_factory=dict)
    environment_complete: bool = True
    ports: Sequence[tuple[int | None, str]] = ()
    mounts: bool = False
    name: Text = ""

    @property
    def words(self) -> Sequence[Text] | Unknown:
        """The command line: entry point and command; Unknown where either is."""
        if isinstance(self.entry_point, Unknown) or isinstance(self.command, Unknown):
            return Unknown(expression="the command")
        return [*self.entry_point, *self.command]


def flag_value(evidence: Evidence, flags: Sequence[str]) -> Text | None:
    """Return the last value of a command-line flag; None when it is not there.

    Unknown where the command is.
    """
    words = evidence.words
    if isinstance(words, Unknown):
        return words
    value: Text | None = None
    for position, word in enumerate(words):
        name, equals, rest = str(word).partition("=")
        if name in flags:
            following = words[position + 1] if position + 1 < len(words) else ""
            value = rest if equals else following
        elif name[:2] in flags and len(name) > len("-m") and not name.startswith("--"):
            value = name[2:]
    return Unknown(expression="the command") if value is None and _may_hold_flags(words) else value


def has_flag(evidence: Evidence, flags: Sequence[str]) -> bool:
    """Return whether a switch without a value is certainly on the command line."""
    words = evidence.words
    return not isinstance(words, Unknown) and any(str(word) in flags for word in words)


def _may_hold_flags(words: Sequence[Text]) -> bool:
    """Return whether an open word may be a flag; one that follows a flag is its value."""
    return any(
        isinstance(word, Unknown) and not str(before).startswith("-")
        for before, word in zip(["", *words], words, strict=False)
    )
