"""An app with the X-Ray SDK whose log lines carry the trace's id."""

import logging
import sys

from aws_xray_sdk.core import xray_recorder


class TraceId(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        entity = xray_recorder.get_trace_entity()
        record.trace_id = "-" if entity is None else entity.trace_id
        return True


handler = logging.StreamHandler()
handler.addFilter(TraceId())
handler.setFormatter(logging.Formatter("%(levelname)s %(trace_id)s %(message)s"))
log = logging.getLogger("orders")
log.addHandler(handler)

xray_recorder.configure(service="orders", plugins=(), context_missing="IGNORE_ERROR")
log.warning("started")
with xray_recorder.in_segment("orders") as segment:
    log.warning("paid")
    sys.stdout.write(segment.trace_id)
