"""A sample of every access log in JSON, with the requests of :mod:`log_samples`."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.sampling.log_samples import SHOP, START, TEXTS, Sample, combined


def _docs(*documents: Mapping[str, object]) -> list[str]:
    return [json.dumps(document) for document in documents]


_CARRIER = {"container_id": "3f", "container_name": "/ecs-web-1", "source": "stdout"}
JSON_LINES: Mapping[str, Sample] = {
    "cloudfront, v2 as JSON": Sample(
        lines=_docs(
            *(
                {
                    "date": "2024-06-01",
                    "time": f"10:00:0{second}",
                    "cs-method": method,
                    "cs(Host)": "d111.cloudfront.net",
                    "cs-uri-stem": path,
                    "x-edge-result-type": result,
                    "x-host-header": SHOP,
                }
                for second, method, path, result in (
                    (0, "GET", "/cart/7", "Miss"),
                    (1, "GET", "/logo.png", "Hit"),
                    (2, "POST", "/checkout", "Miss"),
                )
            )
        ),
        left_out=1,
    ),
    "api gateway, REST as JSON": Sample(
        lines=_docs(
            *(
                {
                    "requestId": "c6af",
                    "ip": "192.0.2.1",
                    "requestTime": f"01/Jun/2024:10:00:0{second} +0000",
                    "httpMethod": method,
                    "resourcePath": path,
                    "status": "200",
                    "protocol": "HTTP/1.1",
                }
                for second, method, path in ((0, "GET", "/cart/7"), (2, "POST", "/checkout"))
            )
        ),
        host=None,
    ),
    "api gateway, HTTP": Sample(
        lines=_docs(
            *(
                {
                    "requestId": "JKJaX",
                    "ip": "192.0.2.1",
                    "requestTime": f"01/Jun/2024:10:00:0{second} +0000",
                    "routeKey": route,
                    "status": "200",
                    "domainName": SHOP,
                }
                for second, route in ((0, "GET /cart/7"), (2, "POST /checkout"))
            )
        ),
    ),
    "envoy and ECS Service Connect, JSON": Sample(
        lines=_docs(
            *(
                {
                    "start_time": f"2024-06-01T10:00:0{second}.216Z",
                    "method": method,
                    "path": path,
                    "protocol": "HTTP/1.1",
                    "authority": SHOP,
                    "duration": 1,
                }
                for second, method, path in ((0, "GET", "/cart/7?a=1"), (2, "POST", "/checkout"))
            )
        ),
    ),
    "firelens around combined": Sample(
        lines=_docs(
            _CARRIER | {"log": "ready"},
            _CARRIER | {"log": combined("01/Jun/2024:10:00:00 +0000", "GET /cart/7?a=1")},
            _CARRIER | {"log": combined("01/Jun/2024:10:00:02 +0000", "POST /checkout")},
        ),
        host=None,
        malformed=1,
    ),
    "firelens around JSON": Sample(
        lines=_docs(
            *(
                _CARRIER | {"log": json.dumps({"ts": START + second, "method": m, "path": p})}
                for second, m, p in ((0, "GET", "/cart/7"), (2, "POST", "/checkout"))
            )
        ),
        host=None,
    ),
    "docker around combined": Sample(
        lines=_docs(
            *(
                {"log": line + "\n", "stream": "stdout", "time": "2024-06-01T11:00:00.1Z"}
                for line in (
                    combined("01/Jun/2024:10:00:00 +0000", "GET /cart/7?a=1"),
                    combined("01/Jun/2024:10:00:02 +0000", "POST /checkout"),
                )
            )
        ),
        host=None,
    ),
    "nginx, JSON with request": Sample(
        lines=_docs(
            *(
                {
                    "time_local": f"01/Jun/2024:10:00:0{second} +0000",
                    "request": f"{request} HTTP/1.1",
                    "request_time": "0.005",
                    "server_name": SHOP,
                }
                for second, request in ((0, "GET /cart/7?a=1"), (2, "POST /checkout"))
            )
        ),
    ),
    "nginx, JSON with msec": Sample(
        lines=_docs(
            *(
                {
                    "msec": f"{START + second}.123",
                    "request_method": method,
                    "request_uri": uri,
                    "http_host": SHOP,
                }
                for second, method, uri in ((0, "GET", "/cart/7?a=1"), (2, "POST", "/checkout"))
            )
        ),
    ),
    "flattened attributes": Sample(
        lines=_docs(
            *(
                {
                    "@timestamp": f"2024-06-01T10:00:0{second}.000Z",
                    "http.request.method": method,
                    "url.path": path,
                    "url.domain": SHOP,
                }
                for second, method, path in ((0, "GET", "/cart/7"), (2, "POST", "/checkout"))
            )
        ),
    ),
    "traefik, JSON": Sample(
        lines=_docs(
            *(
                {
                    "ClientAddr": "192.0.2.1:1",
                    "RequestHost": SHOP,
                    "RequestMethod": method,
                    "RequestPath": path,
                    "StartUTC": f"2024-06-01T10:00:0{second}.003861Z",
                    "level": "info",
                    "msg": "",
                    "time": f"2024-06-01T10:00:0{second}Z",
                }
                for second, method, path in ((0, "GET", "/cart/7?a=1"), (2, "POST", "/checkout"))
            )
        ),
    ),
    "caddy": Sample(
        lines=_docs(
            *(
                {
                    "level": "info",
                    "ts": START + second + 0.66,
                    "logger": "http.log.access",
                    "msg": "handled request",
                    "request": {"method": method, "host": SHOP, "uri": uri, "proto": "HTTP/2.0"},
                    "status": 200,
                }
                for second, method, uri in ((0, "GET", "/cart/7?a=1"), (2, "POST", "/checkout"))
            )
        ),
    ),
}
SAMPLES = {**TEXTS, **JSON_LINES}
