"""What the page reads of the AWS emulator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdk_ecs_xray.local import EmbeddedAws
from cdk_ecs_xray.page.account import Account

# As many as a person looks through; each hundred is a request.
_MOST_TRACES = 1000


def local_account(
    aws: EmbeddedAws,
    *,
    account: str,
    region: str,
    name: str,
    log_groups: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
) -> Account:
    """Return an account and region of the AWS emulator.

    :param name: what the page calls it.
    :param log_groups: whose lines it shows.
    :param variables: that the page shows until a trace has come; an app's own, without keys.
    """
    shown = {
        key: text
        for key, text in (variables or {}).items()
        # Secrets of the task are in its environment, and a page is seen by more than a terminal.
        if key.startswith(("AWS_XRAY_", "OTEL_"))
    }
    return Account(
        session=aws.session(account=account, region=region),
        label=(name, "AWS emulator", region, "no account"),
        is_real=False,
        most=_MOST_TRACES,
        log_groups=tuple(log_groups),
        variables=shown,
    )
