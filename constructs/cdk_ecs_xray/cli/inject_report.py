"""What ``ecs-xray inject`` prints about its result: lines for people, a document for programs."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from cdk_ecs_xray.files.pages import how_to_read
from cdk_ecs_xray.printable import json_text, printable, printable_lines
from cdk_ecs_xray.severity import Severity

if TYPE_CHECKING:
    from cdk_ecs_xray.plan.wiring import Warned


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A file before and after, and what to know about it.

    :param title: what the text after is called in a diff.
    :param sidecar: the container that was added, kept or taken out; None where there is none.
    :param log_group: a log group that must exist before a task starts.
    :param policy: what the task role needs; None where nothing is traced.
    """

    where: str
    before: str
    after: str
    title: str
    sidecar: str | None
    warnings: Sequence[Warned]
    log_group: str | None = None
    policy: Mapping[str, Any] | None = None

    def as_document(self, *, output: str | None) -> Mapping[str, Any]:
        """Return all of it as JSON holds it.

        :param output: the file that was written; None where only the difference was asked for.
        """
        from cdk_ecs_xray.inject.changes import changes

        return {
            "source": self.where,
            "output": output,
            "changed": self.before != self.after,
            "sidecar": self.sidecar,
            **changes(self.before, self.after, where=self.where),
            "warnings": [
                {
                    "id": warned.id,
                    "severity": str(Severity.WARNING),
                    **warned.problem.as_document(),
                    "docs": how_to_read(warned.id),
                }
                for warned in self.warnings
            ],
            "log_group": self.log_group,
            "policy": self.policy,
            "diff": self.difference if output is None else None,
        }

    @property
    def difference(self) -> str:
        """What changes, line by line and without secrets."""
        from cdk_ecs_xray.inject.masking import masked

        lines = difflib.unified_diff(
            masked(self.before, where=self.where).splitlines(keepends=True),
            masked(self.after, where=self.where).splitlines(keepends=True),
            fromfile=printable(self.where),
            tofile=printable(f"{self.where} ({self.title})"),
        )
        return "".join(map(_shown, lines))


def print_notes(outcome: Outcome) -> None:
    """Print to standard error what the owner of the file should know."""
    for warned in outcome.warnings:
        _note(f"warning: {warned.problem} [{warned.id}]")
    if outcome.warnings:
        _note(f"about each warning: {how_to_read('ID')}")
    if outcome.log_group is not None:
        _note(f"the log group must exist before a task starts: {outcome.log_group}")
    if outcome.policy is not None:
        click.echo(
            f"ecs-xray: the task role needs this policy:\n{json_text(outcome.policy)}", err=True
        )


def _note(text: str) -> None:
    click.echo(printable(f"ecs-xray: {text}"), err=True)


def _shown(line: str) -> str:
    ending = "" if line.endswith("\n") else "\n\\ No newline at end of file\n"
    # Masked, so it is for eyes and not for patch.
    return printable_lines(line.replace("\r\n", "\n").replace("\t", "    ")) + ending
