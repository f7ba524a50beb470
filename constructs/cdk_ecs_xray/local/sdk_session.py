"""A boto3 session for an AWS emulator, which reads nothing of the user's settings."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import boto3

# Each leads a client to another endpoint than the one that it is given.
_SWITCHES = ("ignore_configured_endpoint_urls", "use_dualstack_endpoint", "use_fips_endpoint")


def isolated_session(url: str, *, account: str, secret: str, region: str) -> boto3.Session:
    """Return a session whose every client talks to *url*."""
    import boto3
    import botocore.session
    from botocore.config import Config

    nowhere = (None, None, os.devnull, None)
    core = botocore.session.Session(
        session_vars={
            "profile": (None, None, None, None),
            "config_file": nowhere,
            "credentials_file": nowhere,
            **dict.fromkeys(_SWITCHES, (None, None, False, None)),
        }
    )
    core.register_component("data_loader", _service_models())
    core.set_default_client_config(
        Config(retries={"total_max_attempts": 2}, connect_timeout=5, read_timeout=20, proxies={})
    )
    core.get_component("config_store").set_config_variable("endpoint_url", url)
    return boto3.Session(
        botocore_session=core,
        aws_access_key_id=account,
        aws_secret_access_key=secret,
        region_name=region,
    )


@cache
def _service_models() -> Any:
    """Botocore's models, read once: they are most of what making a client takes."""
    import botocore.loaders

    return botocore.loaders.create_loader()
