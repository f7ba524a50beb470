"""What the command line of an X-Ray daemon asks for. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdk_ecs_xray.collectors.demands import Demands
from cdk_ecs_xray.collectors.evidence import Evidence, flag_value
from cdk_ecs_xray.unknown import Text, Unknown

# https://docs.aws.amazon.com/xray/latest/devguide/xray-daemon-configuration.html
_DAEMON_VALUES = {
    "-b": "--bind",
    "-f": "--log-file",
    "-l": "--log-level",
    "-m": "--buffer-memory",
    "-n": "--region",
    "-r": "--role-arn",
    "-t": "--bind-tcp",
}
_DAEMON_SWITCHES = ("-o", "--local-mode")


def demands_of_daemon(evidence: Evidence, configuration: Mapping[str, Any]) -> Demands:
    """Return what the X-Ray daemon's command line asks for."""
    del configuration
    words = evidence.words
    if isinstance(words, Unknown):
        return Demands(beyond=["a command that is not spelled out"])
    return Demands(
        region=flag_value(evidence, ("-n", "--region")),
        role_arn=flag_value(evidence, ("-r", "--role-arn")),
        beyond=list(_other_words(list(words), program=bool(evidence.entry_point))),
    )


def _other_words(words: Sequence[Text], *, program: bool) -> Iterator[str]:
    value_follows = False
    for position, word in enumerate(words):
        name, equals, _ = str(word).partition("=")
        flag = name.startswith("-")
        if (value_follows and not flag) or (program and position == 0):
            value_follows = False
        elif isinstance(word, Unknown):
            yield f"'{word}' in its command"
        elif name in _DAEMON_VALUES or name in _DAEMON_VALUES.values():
            value_follows = not equals
        elif name not in _DAEMON_SWITCHES and name[:2] not in _DAEMON_VALUES:
            value_follows = flag and not equals
            yield f"'{name}' in its command"
