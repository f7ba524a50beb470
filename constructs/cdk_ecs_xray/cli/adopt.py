"""``ecs-xray adopt``: take over an environment that Terraform made."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cdk_ecs_xray.printable import json_text

if TYPE_CHECKING:
    from cdk_ecs_xray.adopt import Adoption
    from cdk_ecs_xray.templates.stack_source import StackSource


@click.command()
@click.option(
    "--state",
    type=click.Path(path_type=Path, readable=False, dir_okay=False),
    required=True,
    help="The Terraform state: what 'terraform state pull' prints.",
)
@click.option("--env", "environment", help="The CDK Stage that takes over.")
@click.option(
    "--app",
    "assembly",
    type=click.Path(path_type=Path, readable=False, file_okay=False),
    default="cdk.out",
    show_default=True,
    help="The cloud assembly that cdk synth wrote.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, readable=False, dir_okay=False),
    help="Write the resource mapping for cdk import here, and what it imports beside it.",
)
@click.option(
    "--with-account",
    is_flag=True,
    help="Ask the account too: what of the state is there, and what drifted. Only reads.",
)
@click.option("--profile", help="Of the AWS configuration, for --with-account.")
@click.option("--region", help="For stacks that name none, for --with-account.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Output format: text for people, json for programs.",
)
def adopt(
    *,
    state: Path,
    environment: str | None,
    assembly: Path,
    output: Path | None,
    with_account: bool,
    profile: str | None,
    region: str | None,
    form: str,
) -> int:
    """Show which resources of an environment exist, what would change, and how to import them.

    Ends with 1 when a resource would be replaced, or is not in the account as the state has it.
    Needs no account unless --with-account asks it, which needs the extra 'verify'.
    """
    if not with_account and (profile is not None or region is not None):
        raise click.UsageError("--profile and --region are for --with-account; add it")
    from cdk_ecs_xray.adopt import plan_adoption, read_state
    from cdk_ecs_xray.adopt.report import as_document, as_text
    from cdk_ecs_xray.files.text_file import displayed
    from cdk_ecs_xray.templates.stages import stacks_of

    resources = read_state(state)
    stacks = stacks_of(assembly, environment=environment)
    adoption = plan_adoption(resources, stacks, where=displayed(state))
    if with_account:
        adoption = _asked(adoption, stacks, profile=profile, region=region)
    files = {} if output is None or adoption.outdated else _write(adoption, assembly, output)
    if form == "json":
        click.echo(json_text(as_document(adoption, files=files)))
    else:
        click.echo(as_text(adoption, files=files))
    return 1 if adoption.replaced or adoption.outdated else 0


def _asked(
    adoption: Adoption, stacks: Sequence[StackSource], *, profile: str | None, region: str | None
) -> Adoption:
    """Return the adoption with what the account of the stacks says of it."""
    from cdk_ecs_xray.adopt import compared_with_account
    from cdk_ecs_xray.verify.connection import account_of, open_session, readable_aws_errors

    session = open_session(profile=profile, region=region)
    account_of(session, stacks)
    make: Any = session.client
    with readable_aws_errors():
        return compared_with_account(
            adoption, lambda stack: partial(make, region_name=stack.region or session.region_name)
        )


def _write(adoption: Adoption, assembly: Path, output: Path) -> dict[str, Path]:
    """Write a mapping for each stack, and the assembly they are for; the files by stack path."""
    from cdk_ecs_xray.adopt.as_is import write_as_is
    from cdk_ecs_xray.cli.atomic_file import write_atomically

    stacks = [plan for plan in adoption.stacks if plan.imported]
    names = [plan.stack.name for plan in stacks]
    several = len(stacks) > 1
    files = {
        plan.stack.path: output.with_name(f"{output.stem}.{name}{output.suffix}")
        if several
        else output
        for plan, name in zip(stacks, names, strict=True)
    }
    write_as_is(adoption, assembly=assembly, folder=import_app(output))
    for plan in stacks:
        text = json_text(plan.mapping) + "\n"
        write_atomically(files[plan.stack.path], text.encode())
    return {**files, "": import_app(output)}


def import_app(output: Path) -> Path:
    """The folder beside a mapping that cdk import reads."""
    return output.with_name(f"{output.stem}.cdk.out")
