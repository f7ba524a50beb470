"""The whole way in one go: synthesize, start, bootstrap, deploy, read back, compare, stop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cdk_ecs_xray.errors import LocalAwsError
from cdk_ecs_xray.local.cdk_project import CdkProject, describe, targets_of
from cdk_ecs_xray.local.embedded_aws import EmbeddedAws
from cdk_ecs_xray.local.interruption import held, scratch_folder, undo_on_signals
from cdk_ecs_xray.local.place import Target, how_to_reach
from cdk_ecs_xray.local.seed import Seed
from cdk_ecs_xray.local.stack_progress import StackProgress
from cdk_ecs_xray.local.trial_report import TrialReport
from cdk_ecs_xray.printable import counted
from cdk_ecs_xray.templates.stack_source import StackSource

Stacks = Mapping[Target, Sequence[StackSource]]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What to deploy, where, and what to compare it with.

    :param folder: of the CDK project.
    :param context: the ``-c`` of the synthesis.
    :param keep: leave the server running, whether the deployment succeeds or fails.
    :param port: of the server; a free one when None.
    :param to: a server that runs already, and goes on running; a fresh one when None.
    :param seeds: what is there before the deployment.
    :param reference: folder of the reference setup; nothing is compared when None.
    """

    folder: Path
    context: Mapping[str, str] = field(default_factory=dict)
    keep: bool = False
    port: int | None = None
    reference: Path | None = None
    to: EmbeddedAws | None = None
    seeds: Sequence[Seed] = ()


def run_trial(trial: Trial) -> int:
    """Deploy an app onto an AWS emulator; 1 when it differs from the reference setup.

    A fresh server is stopped whatever happens, unless ``keep`` asks for it.

    :raises ConfigurationError: when the folder is no CDK project.
    :raises LocalAwsError: when a step fails; its text names the step.
    """
    report = TrialReport()
    project = CdkProject(trial.folder)
    with undo_on_signals(), scratch_folder() as temporary:
        assembly = temporary / "cdk.out"
        environment = trial.context.get("env")
        report.step(1, "synthesize" + (f" environment {environment}" if environment else ""))
        project.synthesise(assembly, context=trial.context)
        stacks = targets_of(assembly)
        with _server(report, trial) as aws:
            report.say(f"{aws.url}, process {aws.pid}")
            with _kept(aws, list(stacks), keep=trial.keep):
                _plant(report, aws, list(stacks), trial.seeds)
                deploy_stacks(report, project, aws, assembly, stacks)
                equal = _show(report, aws, stacks, trial)
    if trial.to is not None:
        report.line(f"\nThe AWS emulator on port {aws.port} goes on running.")
    elif not trial.keep:
        report.line("\nStopped the AWS emulator.")
    return 0 if equal else 1


@contextmanager
def _server(report: TrialReport, trial: Trial) -> Iterator[EmbeddedAws]:
    """The server to deploy onto; only one of our own is stopped in the end."""
    if trial.to is not None:
        report.step(2, "use the AWS emulator that runs")
        yield trial.to
        return
    report.step(2, "start the AWS emulator")
    with EmbeddedAws.start(port=trial.port) as aws:
        yield aws


def _plant(
    report: TrialReport, aws: EmbeddedAws, stacks: Sequence[Target], seeds: Sequence[Seed]
) -> None:
    for seed in seeds:
        for target in seed.targets(stacks):
            made = seed.plant(aws, target)
            report.say(f"seeded {counted(made, 'resource')} in {target}")


def keep_running(aws: EmbeddedAws, targets: Sequence[Target] = ()) -> None:
    """Say how to reach and stop a server, and let it outlive this process; both or neither."""
    with held():
        print(how_to_reach(aws, targets), flush=True)  # noqa: T201 - to whoever runs the command
        aws.let_go()


@contextmanager
def _kept(aws: EmbeddedAws, targets: Sequence[Target], *, keep: bool) -> Iterator[None]:
    """Leave the server running in the end, if asked to; a failed step is when one looks."""
    try:
        yield
    except LocalAwsError:
        if keep:
            keep_running(aws, targets)
        raise
    if keep:
        keep_running(aws, targets)


def deploy_stacks(
    report: TrialReport, project: CdkProject, aws: EmbeddedAws, assembly: Path, stacks: Stacks
) -> None:
    """Bootstrap every account and region of an assembly, and deploy what goes there."""
    report.step(3, "bootstrap")
    for target in stacks:
        project.bootstrap(aws, target)
    report.step(4, "deploy")
    for target, sources in stacks.items():
        progress = StackProgress(aws, target, [source.name for source in sources], report.say)
        try:
            if len(stacks) == 1:
                project.deploy(aws, assembly, target, meanwhile=progress.look)
            else:
                paths = [source.path for source in sources]
                project.deploy(aws, assembly, target, stacks=paths, meanwhile=progress.look)
        finally:
            progress.finish()


def _show(report: TrialReport, aws: EmbeddedAws, stacks: Stacks, trial: Trial) -> bool:
    report.step(5, "what was deployed")
    deployed = [
        describe(aws, target, source.name)
        for target, sources in stacks.items()
        for source in sources
    ]
    kinds = {kind for stack in deployed for kind, _ in stack.resources}
    for kind in aws.inert_types():
        if kind in kinds:
            report.say(f"{kind}: accepted as an inert resource")
    for stack in deployed:
        report.stack(stack)
    if trial.reference is None:
        return True
    verdicts = [
        report.compare(
            aws, stack, environment=trial.context.get("env", ""), reference=trial.reference
        )
        for stack in deployed
        if stack.holds_service
    ]
    return all(verdicts)
