"""The app traced with the X-Ray SDK: ``gunicorn signup.xray_app:app``.

Its name, the collector's address and what happens without a segment are in the environment that the
task definition sets; nothing of it is repeated here.
"""

from __future__ import annotations

import logging

from aws_xray_sdk.core import patch, xray_recorder
from aws_xray_sdk.ext.flask.middleware import XRayMiddleware

from signup.captured import captured
from signup.signups import Signups
from signup.web import web_app

# Before the first client of boto3 is made, so that its calls are subsegments.
patch(["botocore"])


class _TraceId(logging.Filter):
    """Gives each record the id of its trace, so that a log line leads to its trace."""

    def filter(self, record: logging.LogRecord) -> bool:
        segment = getattr(xray_recorder.context._local, "entities", None)  # noqa: SLF001
        record.trace_id = segment[0].trace_id if segment else "-"
        return True


def _log_with_trace_id() -> None:
    handler = logging.StreamHandler()
    handler.addFilter(_TraceId())
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s [%(trace_id)s]"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


_log_with_trace_id()
app = web_app(Signups.from_environment(captured))
XRayMiddleware(app, xray_recorder)
