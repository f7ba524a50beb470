"""The environment of a local run: no real account, no profile, nothing that leaves the machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

LOOPBACK = ("127.0.0.1", "localhost", "::1")
# For the AWS SDKs and the CDK command line.
NO_ACCOUNT: Mapping[str, str] = {
    # A profile of the user's may start any program and name any account.
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    # Where it is true, AWS_ENDPOINT_URL counts for nothing, and calls go to AWS.
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
    "CDK_DISABLE_VERSION_CHECK": "1",
    "CDK_DISABLE_CLI_TELEMETRY": "true",
}
_TELLING_ABOUT_AWS = ("AWS_", "CDK_DEFAULT_", "BOTO_")


def isolated(environment: Mapping[str, str], *, cdk_home: Path) -> dict[str, str]:
    """*environment* without anything of the user's that leads to an account.

    :param cdk_home: where the CDK command line caches accounts, in place of the user's home.
    """
    kept = {name: text for name, text in environment.items() if not tells_about_aws(name)}
    return {**kept, **fixed_variables(environment, cdk_home=cdk_home)}


def fixed_variables(environment: Mapping[str, str], *, cdk_home: Path) -> dict[str, str]:
    """The variables that a local run sets, whatever the environment has."""
    return {**NO_ACCOUNT, "CI": "1", "CDK_HOME": str(cdk_home), **_no_proxy(environment)}


def tells_about_aws(name: str) -> bool:
    """Whether a variable can lead a program to an account, or away from the AWS emulator."""
    return name.startswith(_TELLING_ABOUT_AWS)


def _no_proxy(environment: Mapping[str, str]) -> dict[str, str]:
    """Loopback past every proxy, after what the user has past it already."""
    told = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    names = [host.strip() for host in told.split(",") if host.strip()]
    text = ",".join(dict.fromkeys([*names, *LOOPBACK]))
    return {"NO_PROXY": text, "no_proxy": text}
