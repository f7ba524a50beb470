"""The same app for OpenTelemetry: ``opentelemetry-instrument gunicorn signup.otel_app:app``.

The distribution instruments Flask and botocore; the app itself knows nothing of tracing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from signup.signups import Signups
from signup.web import web_app


def _not_captured(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    del name
    return lambda function: function


logging.basicConfig(level=logging.INFO)
app = web_app(Signups.from_environment(_not_captured))
