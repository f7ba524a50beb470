"""Deploys the signup service: ``cdk deploy -c image=REGISTRY/signup:1``."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
from stack import SAMPLING, SignupStack

app = cdk.App()
SignupStack(
    app,
    "Signup",
    image=app.node.try_get_context("image") or "signup:1",
    daemon_address=app.node.try_get_context("daemon_address"),
    sampling=Path(app.node.try_get_context("sampling") or SAMPLING),
)
app.synth()
