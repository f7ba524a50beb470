"""An environment on this machine, for an app that runs beside it: deployed, with its collector."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from cdk_ecs_xray.errors import ConfigurationError, EcsXRayError, LocalAwsError, Problem
from cdk_ecs_xray.local.cdk_project import CdkProject, describe, targets_of
from cdk_ecs_xray.local.compose import compose_file
from cdk_ecs_xray.local.embedded_aws import EmbeddedAws
from cdk_ecs_xray.local.interruption import scratch_folder, undo_on_signals
from cdk_ecs_xray.local.isolation import tells_about_aws
from cdk_ecs_xray.local.place import Target
from cdk_ecs_xray.local.relay import Relay
from cdk_ecs_xray.local.running import (
    AppProcess,
    DeployedApp,
    LogStream,
    deployed_apps,
    deployed_task,
)
from cdk_ecs_xray.local.running.process import stream_name, variables_of
from cdk_ecs_xray.local.trial import deploy_stacks
from cdk_ecs_xray.local.trial_report import TrialReport
from cdk_ecs_xray.local.watching import changed_files

_TASK_DEFINITION = "AWS::ECS::TaskDefinition"
_FREE = "127.0.0.1:0"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What to deploy and what to run beside it.

    :param folder: of the CDK project.
    :param context: the ``-c`` of the synthesis.
    :param container: whose environment it is; needed where several are deployed.
    :param port: of the AWS emulator; a free one when None.
    :param command: of the app; nothing is run when empty.
    :param compose: whether Docker Compose runs the app and its own collector; none is started then.
    """

    folder: Path
    context: Mapping[str, str] = field(default_factory=dict)
    container: str | None = None
    port: int | None = None
    command: Sequence[str] = ()
    compose: bool = False


@dataclass(frozen=True, kw_only=True)
class Lifted:
    """What runs: the app's environment, and what keeps it true.

    :param variables: to start the app with.
    :param relay: the collector, unless Docker Compose runs one.
    """

    app: DeployedApp
    target: Target
    aws: EmbeddedAws
    variables: Mapping[str, str]
    wanted: Wanted
    report: TrialReport
    relay: Relay | None = None

    def compose_file(self) -> str:
        """Return the app's task as a file of Docker Compose.

        :raises ConfigurationError: for containers that cannot share a network.
        """
        where = {"account": self.target.account, "region": self.target.region}
        task = deployed_task(self.aws.session(**where), self.app.task_definition)
        told = self.aws.cdk_environment(**where).items()
        return compose_file(
            task.content,
            environments=task.environments,
            # In an image nobody runs cdk; the rest leads past this machine's proxies and accounts.
            aws={
                name: text
                for name, text in told
                if tells_about_aws(name) or name.upper() == "NO_PROXY"
            },
        )

    def run(self) -> int:
        """Run the command until it ends, or wait for a signal; deploy again what changes."""
        with self._process() if self.wanted.command else nullcontext() as process:
            before = changed_files(self.wanted.folder, {})
            while process is None or process.code is None:
                time.sleep(0.5)
                after = changed_files(self.wanted.folder, before)
                if after != before:
                    before = after
                    self._deploy_again()
        code = 0 if process is None else process.code or 0
        # As a shell has it of a program that a signal ended.
        return 128 - code if code < 0 else code

    def _process(self) -> AppProcess:
        session = self.aws.session(account=self.target.account, region=self.target.region)
        stream = None
        if self.app.log_group is not None:
            stream = LogStream(session, group=self.app.log_group, stream=stream_name(self.app))
        return AppProcess(
            self.wanted.command,
            variables=self.variables,
            folder=self.wanted.folder,
            stream=stream,
            echo=True,
        )

    def _deploy_again(self) -> None:
        self.report.line("A file has changed: deploying again.")
        try:
            with scratch_folder() as temporary:
                assembly = temporary / "cdk.out"
                project = CdkProject(self.wanted.folder)
                project.synthesise(assembly, context=self.wanted.context)
                deploy_stacks(self.report, project, self.aws, assembly, targets_of(assembly))
        except EcsXRayError as error:
            # Half-edited files are part of editing; what was deployed stays.
            for problem in error.problems:
                self.report.line(str(problem))


@contextmanager
def lifted(wanted: Wanted) -> Iterator[Lifted]:
    """Deploy, and start the collector where the deployed environment says it is.

    :raises ConfigurationError: for a project without ``cdk.json``, or an app that is not deployed.
    :raises LocalAwsError: when a step fails; its text names the step.
    """
    report = TrialReport()
    project = CdkProject(wanted.folder)
    with undo_on_signals(), ExitStack() as running:
        temporary = running.enter_context(scratch_folder())
        assembly = temporary / "cdk.out"
        report.step(1, "synthesize")
        project.synthesise(assembly, context=wanted.context)
        stacks = targets_of(assembly)
        report.step(2, "start the AWS emulator")
        aws = running.enter_context(EmbeddedAws.start(port=wanted.port))
        report.say(f"{aws.url}, process {aws.pid}")
        deploy_stacks(report, project, aws, assembly, stacks)
        names = [(target, source.name) for target, found in stacks.items() for source in found]
        target, app = _chosen(aws, names, wanted)
        variables = variables_of(app, aws, account=target.account, region=target.region)
        relay = None
        if not wanted.compose:
            report.step(5, "start the collector")
            relay = running.enter_context(_relay(variables, app, temporary / "relay.log"))
            report.say(f"the kit's relay on {relay.address}, a stand-in for the X-Ray daemon")
            if relay.address != app.collector:
                report.say(f"the deployed address, {app.collector}, is not one of this machine's")
                app = app.reaching(relay.address)
                variables = {**variables, **app.environment}
        yield Lifted(
            app=app,
            target=target,
            aws=aws,
            variables=variables,
            wanted=wanted,
            report=report,
            relay=relay,
        )


def _chosen(
    aws: EmbeddedAws, stacks: Sequence[tuple[Target, str]], wanted: Wanted
) -> tuple[Target, DeployedApp]:
    found = [
        (target, app)
        for target, name in stacks
        for kind, physical_id in describe(aws, target, name).resources
        if kind == _TASK_DEFINITION
        for app in deployed_apps(
            aws.session(account=target.account, region=target.region), physical_id
        )
        if app.collector is not None
    ]
    names = ", ".join(app.name for _, app in found)
    if wanted.container is not None:
        found = [(target, app) for target, app in found if app.name == wanted.container]
    tasks = {(target, app.task_definition) for target, app in found}
    if len(found) == 1 or (wanted.compose and len(tasks) == 1):
        return found[0]
    if not names:
        what, fix = "traced containers not found", "Add XRayTracing to the app's task definition."
    elif wanted.container is None:
        what, fix = "--container is required, as several are traced", f"Name one of: {names}."
    else:
        what, fix = "--container must name a traced container", f"Name one of: {names}."
    raise ConfigurationError(
        Problem(
            what=what,
            got=None if wanted.container is None else f"'{wanted.container}'",
            fix=fix,
        )
    )


def _relay(variables: Mapping[str, str], app: DeployedApp, log: Path) -> Relay:
    """Listen where the app looks; elsewhere if that is another machine or taken."""
    if app.finds_collector_here and app.collector is not None:
        try:
            return Relay.start(variables, address=app.collector, log=log)
        except LocalAwsError:
            pass
    return Relay.start(variables, address=_FREE, log=log)
