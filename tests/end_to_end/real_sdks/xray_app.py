"""An app with the X-Ray SDK for Python. Each line of its input is five requests."""

import sys

from aws_xray_sdk.core import xray_recorder

CALLER = "1-68d5f1c0-cccccccccccccccccccccccc"
xray_recorder.configure(service="name-in-code", plugins=())
for line in sys.stdin:
    for _ in range(5):
        request = {"service": xray_recorder.service, "host": "shop", "method": "GET", "path": "/"}
        decision = xray_recorder.sampler.should_trace(request)
        xray_recorder.begin_segment(sampling=decision or 0)
        xray_recorder.put_annotation("round", line.strip())
        xray_recorder.end_segment()
    # Whoever calls with X-Ray's header has this app in its trace.
    xray_recorder.begin_segment(traceid=CALLER, parent_id="dddddddddddddddd", sampling=1)
    xray_recorder.put_annotation("round", "joined")
    xray_recorder.end_segment()
    sys.stdout.write(f"answer {line}")
    sys.stdout.flush()
