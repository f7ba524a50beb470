"""``ecs-xray traces``: traces, map and logs of an account, or of a file, on a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cdk_ecs_xray.printable import counted, printable

if TYPE_CHECKING:
    from cdk_ecs_xray.page.account import Account


@click.command()
@click.option("--profile", help="Profile of the AWS configuration.")
@click.option("--region", help="Region of the traces. Default: the profile's.")
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port of the page. Default: a free one."
)
@click.option(
    "--log-group",
    "log_groups",
    multiple=True,
    metavar="NAME",
    help="Log group whose lines are shown beside traces. Repeatable.",
)
@click.option(
    "--task-definition",
    "task_definitions",
    multiple=True,
    metavar="FAMILY",
    help="Show the lines of its containers' log groups. Repeatable.",
)
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Show the traces of a file instead: JSON of batch-get-traces, or of the page. "
    "AWS is not asked.",
)
def traces(
    *,
    profile: str | None,
    region: str | None,
    port: int | None,
    log_groups: Sequence[str],
    task_definitions: Sequence[str],
    file: Path | None,
) -> None:
    """Show an account's traces, map and logs on a page of this machine. Only reads.

    Needs xray:GetTraceSummaries, xray:BatchGetTraces, xray:GetServiceGraph, xray:GetTraceGraph,
    xray:GetGroups and, for log groups, logs:FilterLogEvents and ecs:DescribeTaskDefinition.
    Ctrl-C ends it. Needs the extras 'verify' and 'page'.
    """
    from cdk_ecs_xray.page.serving import Page, require_extra

    require_extra()
    if file is None:
        shown = _of_aws(profile, region, log_groups, task_definitions)
        what = f"{', '.join(shown.label[1:])}, read-only"
        who = "Only your browser can open it, with this address. "
    else:
        from cdk_ecs_xray.page.file_account import file_account

        _refuse(
            profile=profile, region=region, log_group=log_groups, task_definition=task_definitions
        )
        shown, who = file_account(file), ""
        what = _counted(shown)
    with Page(shown, port=port) as page:
        click.echo(f"{page.url}\n{printable(what)}. {who}Ctrl-C ends it.")
        page.wait()


def _of_aws(
    profile: str | None,
    region: str | None,
    log_groups: Sequence[str],
    task_definitions: Sequence[str],
) -> Account:
    from cdk_ecs_xray.page.account import Account
    from cdk_ecs_xray.page.aws_reading import AwsLines, AwsTraces, Calls
    from cdk_ecs_xray.page.log_groups import groups_of_task_definitions
    from cdk_ecs_xray.page.searching import GrowingTraces
    from cdk_ecs_xray.verify.connection import (
        caller_of,
        login_of,
        open_session,
        readable_aws_errors,
    )

    session = open_session(profile=profile, region=region)
    _require_region(session.region_name)
    account, caller = caller_of(session, region=session.region_name)
    label = ("READ-ONLY", f"{account[:4]}…{account[-4:]}", profile or "", session.region_name or "")
    calls = Calls(session=session)
    with readable_aws_errors():
        deployed = groups_of_task_definitions(calls, task_definitions)
    return Account(
        label=tuple(filter(None, label)),
        is_real=True,
        traces=GrowingTraces(traces=AwsTraces(calls=calls)),
        lines=AwsLines(calls=calls),
        log_groups=tuple(dict.fromkeys([*log_groups, *deployed])),
        caller=caller,
        login=login_of(session),
    )


def _counted(account: Account) -> str:
    """Return how many traces a file has, and how many of them are not ok."""
    rows = [] if account.whole is None else account.traces.find(account.whole).rows
    failed = sum(row.kind not in ("ok", "pending") for row in rows)
    return f"{account.label[0]}: {counted(len(rows), 'trace')}, {failed or 'none'} not ok"


def _refuse(**given: object) -> None:
    from cdk_ecs_xray.errors import ConfigurationError, Problem

    problems = [
        Problem(what=f"--file and --{name.replace('_', '-')} cannot be combined", fix="Keep one.")
        for name, value in given.items()
        if value
    ]
    if problems:
        raise ConfigurationError(*problems)


def _require_region(region: str | None) -> None:
    from cdk_ecs_xray.errors import ConfigurationError, Problem

    if region is None:
        raise ConfigurationError(
            Problem(
                where="traces",
                what="a region is required",
                fix="Pass --region or set AWS_REGION.",
            )
        )
