"""An app whose log lines carry the trace's id by variables alone, with OpenTelemetry's loader."""

import logging
import sys

from opentelemetry import trace  # type: ignore[attr-defined]

log = logging.getLogger("orders")
log.warning("started")
with trace.get_tracer("orders").start_as_current_span("checkout") as span:
    log.warning("paid")
    sys.stdout.write(f"{span.get_span_context().trace_id:032x}")
