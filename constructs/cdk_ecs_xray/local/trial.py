"""The whole way in one go: synthesise, start, bootstrap, deploy, read back, compare, stop."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from shlex import quote

from rich import box
from rich.console import Console
from rich.table import Table

from cdk_ecs_xray.local.cdk_project import CdkProject, DeployedStack, describe, targets_of
from cdk_ecs_xray.local.embedded_aws import EmbeddedAws
from cdk_ecs_xray.local.interruption import held, scratch_folder, undo_on_signals
from cdk_ecs_xray.local.parity import Row, compare, read_deployed, read_reference

_SERVICE = "AWS::ECS::Service"
# Whatever the shell has, which may be more than make lets through. An endpoint of one service would
# overrule the embedded AWS's, and a profile or a session token its keys.
_UNSET = r"unset AWS_PROFILE $(env | sed -n 's/^\(AWS_[A-Za-z0-9_]*\)=.*/\1/p')"
_WIDTH_WITHOUT_TERMINAL = 160
_VERDICTS = {
    "equal": "yes",
    "different": "[red]NO[/]",
    "missing": "[red]NO, missing[/]",
    "unexplained": "[red]NO, unexplained[/]",
}


def run_trial(
    *, folder: Path, environment: str, keep: bool, port: int | None, reference: Path | None
) -> int:
    """Deploy one environment onto a fresh embedded AWS; 1 when it differs from the reference setup.

    The server is stopped whatever happens, unless ``keep`` asks for it and the deployment stands.

    :raises ConfigurationError: when the folder is no CDK project.
    :raises LocalAwsError: when a step fails; its text names the step.
    """
    console = _console()
    project = CdkProject(folder)
    with undo_on_signals(), scratch_folder() as temporary:
        assembly = temporary / "cdk.out"
        _announce(console, 1, f"synthesise environment {environment}")
        project.synthesise(assembly, context={"env": environment})
        _announce(console, 2, "start the embedded AWS")
        with EmbeddedAws.start(port=port) as aws:
            console.print(f"      {aws.url}, process {aws.pid}")
            stacks = _deploy(console, project, aws, assembly)
            equal = _show(console, aws, stacks, environment=environment, reference=reference)
            if keep:
                keep_running(aws)
    if not keep:
        console.print("\nStopped the embedded AWS.")
    return 0 if equal else 1


def keep_running(aws: EmbeddedAws) -> None:
    """Say how to reach and stop a server, and let it outlive this process; both or neither."""
    with held():
        print(how_to_reach(aws), flush=True)  # noqa: T201 - to whoever runs the command
        aws.let_go()


def how_to_reach(aws: EmbeddedAws) -> str:
    """Return the lines that point a shell at a running embedded AWS, and the one that stops it."""
    lines = [_UNSET]
    lines += [f"export {name}={quote(value)}" for name, value in aws.cdk_environment().items()]
    exports = "\n".join(f"  {line}" for line in lines)
    return (
        f"\nThe embedded AWS runs on {aws.url}, process {aws.pid}. Use it from cdk, aws and boto3 "
        f"with\n\n{exports}\n\nand stop it with\n\n  ecs-xray local stop {aws.port}"
    )


def _console() -> Console:
    # Where nobody's window sets a width, a fixed one keeps the table in one piece.
    width = None if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL
    return Console(highlight=False, width=width)


def _announce(console: Console, number: int, step: str) -> None:
    console.print(f"[bold][{number}/5][/] {step}", markup=True)
    # What the cdk command prints next goes past this buffer.
    console.file.flush()


def _deploy(
    console: Console, project: CdkProject, aws: EmbeddedAws, assembly: Path
) -> Sequence[DeployedStack]:
    targets = targets_of(assembly)
    _announce(console, 3, "bootstrap")
    for target in targets:
        project.bootstrap(aws, target)
    _announce(console, 4, "deploy")
    for target in targets:
        project.deploy(aws, assembly, target)
    return [describe(aws, target, name) for target, names in targets.items() for name in names]


def _show(
    console: Console,
    aws: EmbeddedAws,
    stacks: Sequence[DeployedStack],
    *,
    environment: str,
    reference: Path | None,
) -> bool:
    _announce(console, 5, "what was deployed")
    for stack in stacks:
        target = stack.target
        console.print(
            f"\n[bold]{stack.name}[/] {stack.status} in {target.account}, {target.region}"
        )
        for kind, physical_id in stack.resources:
            console.print(f"  {kind:<40} {physical_id}", soft_wrap=True)
        for key, value in stack.outputs.items():
            console.print(f"  {key + ' =':<40} {value}", soft_wrap=True)
    if reference is None:
        return True
    equal = True
    for stack in stacks:
        if any(kind == _SERVICE for kind, _ in stack.resources):
            equal &= _compare(console, aws, stack, environment=environment, reference=reference)
    return equal


def _compare(
    console: Console,
    aws: EmbeddedAws,
    stack: DeployedStack,
    *,
    environment: str,
    reference: Path,
) -> bool:
    session = aws.session(account=stack.target.account, region=stack.target.region)
    deployed = read_deployed(session, stack_name=stack.name)
    setup = read_reference(
        reference,
        environment=environment,
        service=str(deployed.get("app.name")),
        region=stack.target.region,
    )
    rows = compare(setup.fields, deployed, reconstructed=setup.reconstructed)
    console.print()
    console.print(_table([row for row in rows if row.verdict != "addition"], stack.name))
    console.print("* lost in the published text; the value is our reconstruction\n")
    console.print(_additions([row for row in rows if row.verdict == "addition"]))
    broken = [row.field for row in rows if row.breaks_parity]
    total = sum(row.verdict != "addition" for row in rows)
    console.print(
        f"\n{stack.name}: {total - len(broken)} of {total} fields equal the reference setup"
        + (f"; [red]not equal: {', '.join(broken)}[/]" if broken else "")
    )
    return not broken


def _table(rows: Sequence[Row], stack: str) -> Table:
    table = Table(title=f"{stack} against the reference Terraform setup", box=box.SIMPLE_HEAD)
    for header in ("field", "reference", "deployed", "equal"):
        table.add_column(header, overflow="fold")
    for row in rows:
        mark = " *" if row.note else ""
        table.add_row(
            row.field, _text(row.reference) + mark, _text(row.deployed), _VERDICTS[row.verdict]
        )
    return table


def _additions(rows: Sequence[Row]) -> Table:
    table = Table(title="Added by the kit", box=box.SIMPLE_HEAD)
    for header in ("field", "deployed", "reason"):
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(row.field, _text(row.deployed), row.note)
    return table


def _text(value: object) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
