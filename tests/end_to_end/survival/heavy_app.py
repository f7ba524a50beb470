"""The signup app with an annotation too many: some of its segments fit no datagram."""

from __future__ import annotations

from aws_xray_sdk.core import xray_recorder
from flask import request
from signup.xray_app import app

__all__ = ["app"]


@app.before_request
def keep_everything() -> None:
    """Keep more of some requests than 64 KB."""
    if request.form.get("email", "").startswith("heavy-"):
        xray_recorder.current_segment().put_metadata("everything", "x" * 100_000)
