"""What a trial prints: its steps, what was deployed, and the comparison."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cdk_ecs_xray.errors import LocalAwsError
from cdk_ecs_xray.local.cdk_project import DeployedStack
from cdk_ecs_xray.local.embedded_aws import EmbeddedAws
from cdk_ecs_xray.local.parity import Row, claims, compare, read_deployed, read_reference
from cdk_ecs_xray.printable import printable

_STEPS = 5
_WIDTH_WITHOUT_TERMINAL = 160
_VERDICTS = {
    "equal": "yes",
    "different": "[red]NO[/]",
    "missing": "[red]NO, missing[/]",
    "unexplained": "[red]NO, unexplained[/]",
}


class TrialReport:
    """Prints to standard output."""

    def __init__(self) -> None:
        # Where nobody's window sets a width, a fixed one keeps the tables in one piece.
        width = None if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL
        self._console = Console(highlight=False, emoji=False, width=width)

    def step(self, number: int, name: str) -> None:
        """Say which step begins."""
        self._console.print(f"[bold][{number}/{_STEPS}][/] {_shown(name)}")
        self._console.file.flush()

    def say(self, text: str) -> None:
        """Print a line that belongs to the step."""
        self.line(f"      {text}")

    def line(self, text: str) -> None:
        """Print text as it is, in lines of its own length."""
        for part in text.split("\n"):
            self._console.print(_shown(part), soft_wrap=True)
        self._console.file.flush()

    def stack(self, stack: DeployedStack) -> None:
        """Print the resources and outputs of a stack."""
        self._console.print(
            f"\n[bold]{_shown(stack.name)}[/] {stack.status} in {stack.target}", soft_wrap=True
        )
        for kind, physical_id in stack.resources:
            self.line(f"  {kind:<40} {physical_id}")
        for key, value in stack.outputs.items():
            self.line(f"  {key + ' =':<40} {value}")

    def compare(
        self, aws: EmbeddedAws, stack: DeployedStack, *, environment: str, reference: Path
    ) -> bool:
        """Print how a service compares with the reference setup; False when a field differs.

        A service that does not claim to be the reference setup's is not compared.
        """
        session = aws.session(account=stack.target.account, region=stack.target.region)
        try:
            deployed = read_deployed(session, stack_name=stack.name)
        except LocalAwsError:
            self._not_compared(stack)
            return True
        setup = read_reference(
            reference,
            environment=environment,
            service=str(deployed.get("app.name")),
            region=stack.target.region,
        )
        if not claims(deployed, setup.fields):
            self._not_compared(stack)
            return True
        rows = compare(setup.fields, deployed, reconstructed=setup.reconstructed)
        compared = [row for row in rows if row.verdict != "addition"]
        self._console.print()
        self._console.print(_table(compared, stack.name))
        self.line("* lost in the published text; the value is our reconstruction\n")
        self._console.print(_additions([row for row in rows if row.verdict == "addition"]))
        broken = [row.field for row in rows if row.breaks_parity]
        self._console.print(
            f"\n{_shown(stack.name)}: {len(compared) - len(broken)} of {len(compared)} fields "
            "equal the reference setup"
            + (f"; [red]not equal: {_shown(', '.join(broken))}[/]" if broken else "")
        )
        return not broken

    def _not_compared(self, stack: DeployedStack) -> None:
        self.line(
            f"\n{stack.name}: not compared with the reference Terraform setup, because it does not "
            "use that setup's sidecar (sidecar: terraform)"
        )


def _table(rows: Sequence[Row], stack: str) -> Table:
    title = f"{_shown(stack)} against the reference Terraform setup"
    table = Table(title=title, box=box.SIMPLE_HEAD)
    for header in ("field", "reference", "deployed", "equal"):
        table.add_column(header, overflow="fold")
    for row in rows:
        mark = " *" if row.note else ""
        table.add_row(
            _shown(row.field),
            _text(row.reference) + mark,
            _text(row.deployed),
            _VERDICTS[row.verdict],
        )
    return table


def _additions(rows: Sequence[Row]) -> Table:
    table = Table(title="Added by the kit", box=box.SIMPLE_HEAD)
    for header in ("field", "deployed", "reason"):
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(_shown(row.field), _text(row.deployed), _shown(row.note))
    return table


def _text(value: object) -> str:
    if value is None:
        return ""
    return _shown(", ".join(map(str, value)) if isinstance(value, list) else str(value))


def _shown(text: str) -> str:
    """Text of the app's or of AWS's, in which nothing is markup and nothing moves a cursor."""
    return escape(printable(text))
