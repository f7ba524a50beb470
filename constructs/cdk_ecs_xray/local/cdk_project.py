"""Deploys a CDK app onto the AWS emulator with the real CDK command line."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cdk_ecs_xray.errors import ConfigurationError, LocalAwsError, Problem
from cdk_ecs_xray.files.text_file import resolved
from cdk_ecs_xray.local.cdk_log import show_end
from cdk_ecs_xray.local.embedded_aws import DEFAULT_ACCOUNT, DEFAULT_REGION, EmbeddedAws
from cdk_ecs_xray.local.interruption import scratch_folder
from cdk_ecs_xray.local.isolation import isolated
from cdk_ecs_xray.local.place import Target
from cdk_ecs_xray.local.process import run_to_end
from cdk_ecs_xray.templates.assembly import read_stacks
from cdk_ecs_xray.templates.stack_source import StackSource

# A lookup would ask an account, and keep the answer in the project's folder. The other two may come
# from the cdk.json of the project or of the user's home, which no variable overrules.
_ALONE = ("--no-lookups", "--no-notices", "--profile=")
_ALL = "**"
_SERVICE = "AWS::ECS::Service"


@dataclass(frozen=True, kw_only=True)
class DeployedStack:
    """A stack as it is after a deployment."""

    name: str
    target: Target
    status: str
    resources: Sequence[tuple[str, str]]
    outputs: Mapping[str, str]

    @property
    def holds_service(self) -> bool:
        """Whether an ECS service is one of its resources."""
        return any(kind == _SERVICE for kind, _ in self.resources)


class CdkProject:
    """A CDK project and the command line to drive it with.

    :param folder: where its ``cdk.json`` is.
    :raises ConfigurationError: when there is no ``cdk.json``, or no ``cdk`` to be found.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = resolved(folder)
        if not (self.folder / "cdk.json").is_file():
            raise ConfigurationError(
                Problem(
                    where=str(self.folder),
                    what="cdk.json not found",
                    fix="Run the command in a CDK project.",
                )
            )
        self._cdk = _find_cdk()

    def synthesise(self, output: Path, *, context: Mapping[str, str]) -> None:
        """Write the cloud assembly; no AWS involved, the emulator neither.

        :raises LocalAwsError: when the app refuses; its own message is on standard error.
        """
        options = [part for pair in context.items() for part in ("--context", "=".join(pair))]
        self._run("synthesize", ["synth", "--quiet", "--output", str(output), *options])

    def bootstrap(self, aws: EmbeddedAws, target: Target) -> None:
        """Create CDK's own staging resources, which its deployments need."""
        self._run(
            "bootstrap",
            ["bootstrap", f"aws://{target.account}/{target.region}"],
            aws=aws,
            target=target,
            # Where there is a cdk.json, bootstrapping would synthesize the app first.
            in_project=False,
        )

    def deploy(
        self,
        aws: EmbeddedAws,
        assembly: Path,
        target: Target,
        *,
        stacks: Sequence[str] = (_ALL,),
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        """Deploy stacks of an assembly that go to one account and region.

        :param stacks: as ``cdk ls`` shows them; every one by default.
        :param meanwhile: called several times a second while cdk runs.
        """
        # Exclusively: what they depend on in another account is deployed with that account.
        # Direct: nobody looks at a change set here, and for each the CLI would load the
        # specification of every resource type, which takes as long as the deployment.
        self._run(
            "deploy",
            ["deploy", "--app", str(assembly), *stacks, "--exclusively", "--method", "direct",
             "--require-approval", "never", "--progress", "events", "--concurrency", "4"],
            aws=aws,
            target=target,
            meanwhile=meanwhile,
        )  # fmt: skip

    def _run(
        self,
        step: str,
        arguments: Sequence[str],
        *,
        aws: EmbeddedAws | None = None,
        target: Target | None = None,
        in_project: bool = True,
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        with scratch_folder() as scratch:
            empty, temporary, log = scratch / "empty", scratch / "tmp", scratch / "cdk.log"
            empty.mkdir()
            temporary.mkdir()
            environment = isolated(os.environ, cdk_home=scratch / "cdk")
            if aws is not None and target is not None:
                environment |= aws.cdk_environment(account=target.account, region=target.region)
            # Ended in the middle, the CLI and the app tidy nothing up.
            environment["TMPDIR"] = str(temporary)
            code = run_to_end(
                [self._cdk, *arguments, *_ALONE],
                folder=self.folder if in_project else empty,
                environment=environment,
                log=log,
                meanwhile=meanwhile,
            )
            if code != 0:
                raise LocalAwsError(
                    Problem(
                        where=f"step '{step}'",
                        what=f"cdk {arguments[0]} must end with 0",
                        got=str(code),
                        fix=show_end(log, keep=step == "deploy"),
                    )
                )


def targets_of(assembly: Path) -> Mapping[Target, Sequence[StackSource]]:
    """Return the accounts and regions of an assembly with the stacks that go there.

    Stacks without an account or region of their own take the AWS emulator's defaults.
    """
    found: dict[Target, list[StackSource]] = {}
    for stack in read_stacks(str(assembly)):
        if stack.parent is not None:
            continue
        target = Target(
            account=DEFAULT_ACCOUNT if stack.account is None else stack.account,
            region=DEFAULT_REGION if stack.region is None else stack.region,
        )
        found.setdefault(target, []).append(stack)
    return found


def describe(aws: EmbeddedAws, target: Target, stack_name: str) -> DeployedStack:
    """Return what CloudFormation says of a stack."""
    cloudformation = aws.client("cloudformation", account=target.account, region=target.region)
    (stack,) = cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_name)
    resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
    return DeployedStack(
        name=stack_name,
        target=target,
        status=stack["StackStatus"],
        resources=[
            (resource["ResourceType"], resource["PhysicalResourceId"]) for resource in resources
        ],
        outputs={output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])},
    )


def _find_cdk() -> str:
    beside_python = Path(sys.prefix) / "bin" / "cdk"
    found = str(beside_python) if beside_python.exists() else shutil.which("cdk")
    if found is None:
        raise ConfigurationError(
            Problem(
                where="cdk",
                what="the CDK command line not found on PATH",
                fix="Run make setup, or npm install aws-cdk.",
            )
        )
    return found
