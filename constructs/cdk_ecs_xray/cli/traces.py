"""``ecs-xray traces``: traces, map and logs of an account on a page."""

from __future__ import annotations

from collections.abc import Sequence

import click

# A search of a real account costs a call for each hundred traces.
_MOST_TRACES = 1000


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
def traces(
    *, profile: str | None, region: str | None, port: int | None, log_groups: Sequence[str]
) -> None:
    """Show an account's traces, map and logs on a page of this machine. Only reads.

    Needs xray:GetTraceSummaries, xray:BatchGetTraces, xray:GetServiceGraph, xray:GetTraceGraph
    and, for log groups, logs:FilterLogEvents. Ctrl-C ends it. Needs the extras 'verify' and
    'page'.
    """
    from cdk_ecs_xray.page.serving import require_extra
    from cdk_ecs_xray.verify.connection import account_of, open_session

    require_extra()
    session = open_session(profile=profile, region=region)
    _require_region(session.region_name)
    account = account_of(session, ())
    label = ("READ-ONLY", f"{account[:4]}…{account[-4:]}", profile or "", session.region_name or "")

    from cdk_ecs_xray.page.account import Account
    from cdk_ecs_xray.page.serving import Page

    shown = Account(
        session=session,
        label=tuple(filter(None, label)),
        is_real=True,
        most=_MOST_TRACES,
        log_groups=tuple(log_groups),
    )
    with Page(shown, port=port) as page:
        click.echo(f"{page.url}\nOnly your browser can open it, with this address. Ctrl-C ends it.")
        page.wait()


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
