"""An app under AWS's distribution for Python. Each line of its input is five requests."""

import json
import sys

from opentelemetry import trace  # type: ignore[attr-defined]
from opentelemetry.propagate import extract, inject

tracer = trace.get_tracer("shop")
CALLERS = {
    "w3c": {"traceparent": "00-68d5f1c0aaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01"},
    "xray": {
        "X-Amzn-Trace-Id": "Root=1-68d5f1c0-cccccccccccccccccccccccc;"
        "Parent=dddddddddddddddd;Sampled=1"
    },
}
for line in sys.stdin:
    for _ in range(5):
        with tracer.start_as_current_span(line.strip(), kind=trace.SpanKind.SERVER):
            pass
    method = {"http.request.method": "DELETE", "http.method": "DELETE"}
    tracer.start_span(f"{line.strip()} deleted", attributes=method).end()
    called: dict[str, dict[str, str]] = {}
    for caller, headers in CALLERS.items():
        joined = {"context": extract(headers), "kind": trace.SpanKind.SERVER}
        with tracer.start_as_current_span(f"from {caller}", **joined):
            called[caller] = {}
            inject(called[caller])
    trace.get_tracer_provider().force_flush()
    sys.stdout.write(f"answer {json.dumps(called)}\n")
    sys.stdout.flush()
