"""An account and region, and how a shell reaches it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from shlex import quote

from cdk_ecs_xray.local.embedded_aws import DEFAULT_ACCOUNT, DEFAULT_REGION, EmbeddedAws

# Whatever the shell has, which may be more than make lets through. An endpoint of one service would
# overrule the AWS emulator's, and a profile or a session token its keys.
_UNSET = r"unset AWS_PROFILE $(env | sed -n 's/^\(AWS_[A-Za-z0-9_]*\)=.*/\1/p')"


@dataclass(frozen=True, kw_only=True)
class Target:
    """An account and region that stacks of an assembly go to."""

    account: str = DEFAULT_ACCOUNT
    region: str = DEFAULT_REGION

    def __str__(self) -> str:
        """As reports show it."""
        return f"{self.account}, {self.region}"


def how_to_reach(aws: EmbeddedAws, targets: Sequence[Target] = ()) -> str:
    """Return the lines that point a shell at a running AWS emulator, and the one that stops it.

    :param targets: where stacks are; the variables are those of the first, the defaults without.
    """
    first, *others = list(targets) or [Target()]
    variables = aws.cdk_environment(account=first.account, region=first.region)
    lines = [_UNSET]
    lines += [f"export {name}={quote(value)}" for name, value in variables.items()]
    exports = "\n".join(f"  {line}" for line in lines)
    elsewhere = "".join(
        f"\nFor account {other.account} in {other.region}, set "
        f"AWS_ACCESS_KEY_ID={other.account} and AWS_REGION={other.region}."
        for other in others
    )
    return (
        f"\nThe AWS emulator runs on {aws.url}, process {aws.pid}. Use account {first.account} in "
        f"{first.region} from cdk, aws and boto3 with\n\n{exports}\n{elsewhere}\nStop it with\n\n"
        f"  ecs-xray local stop {aws.port}"
    )
