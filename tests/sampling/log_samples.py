"""A sample of every format of access logs, written as the sources in ``formats/`` describe them.

Each holds requests to ``GET /cart/7`` and ``POST /checkout`` two seconds apart, the first with a
query, of the host ``shop.example.com`` where the format has one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

START = 1_717_236_000
SHOP = "shop.example.com"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A log, and what is in it.

    :param host: of both requests.
    :param left_out: requests that never reached the service.
    """

    lines: Sequence[str]
    host: str | None = SHOP
    left_out: int = 0
    malformed: int = 0


def _alb(second: int, target: str, status: str, request: str) -> str:
    return (
        f"https 2024-06-01T10:00:0{second}.186641Z app/web/50dc6c495c0c9188 192.0.2.1:2817 {target}"
        f' 0.086 0.048 0.037 200 {status} 0 57 "{request} HTTP/1.1" "curl/8.5" TLS_AES TLSv1.3'
        ' arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/73e2 "Root=1-58"'
        f' "{SHOP}" "session-reused" 0 2024-06-01T10:00:00.000Z "forward" "-" "-" "-" "-" "-" "-"'
    )


_CF_FIELDS = (
    "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer)"
    " cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header"
)


def _cf(second: int, method: str, path: str, result: str) -> str:
    return "\t".join(
        [
            *("2024-06-01", f"10:00:0{second}", "FRA56-P1", "390", "192.0.2.1", method),
            *("d111.cloudfront.net", path, "200", "-", "curl/8.5", "-", "-", result),
            *("id==", SHOP),
        ]
    )


def _plain(second: int, method: str, path: str, result: str) -> str:
    rest = ["https", "44", "0.002", "-", "TLSv1.3", "TLS_AES_128_GCM_SHA256", result, "HTTP/2.0"]
    rest += ["-", "-", "50123", "0.002", result, "text/html", "612", "-", "-"]
    return "\t".join([_cf(second, method, path, result), *rest])


def _real_time(second: int, method: str, path: str, result: str) -> str:
    return "\t".join(
        [
            *(f"{START + second}.512", "192.0.2.1", "0.002", "200", "390", method, "https"),
            *("d111.cloudfront.net", path, "44", "FRA56-P1", "id==", SHOP, "0.002"),
            *("HTTP/2.0", "IPv4", "curl/8.5", "-", "-", "-", result, "-", "TLSv1.3"),
            *("TLS_AES_128_GCM_SHA256", result, "-", "-", "text/html"),
        ]
    )


def combined(stamp: str, request: str, front: str = "") -> str:
    return f'{front}192.0.2.1 - - [{stamp}] "{request} HTTP/1.1" 200 612 "-" "curl/8.5"'


def _envoy(second: int, request: str, upstream: str) -> str:
    return (
        f'[2024-06-01T10:00:0{second}.123Z] "{request} HTTP/1.1" 200 - 0 5 1 0 "-" "curl/8.5"'
        f' "6e6c" "{SHOP}:80" "{upstream}"'
    )


def _haproxy(second: int, request: str, server: str) -> str:
    return (
        f"Jun  1 10:00:0{second} lb1 haproxy[14389]: 192.0.2.1:33317 [01/Jun/2024:10:00:0{second}"
        f".655] https-in web/{server} 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0"
        f' {{{SHOP}|curl}} {{}} "{request} HTTP/1.1"'
    )


TEXTS: Mapping[str, Sample] = {
    "alb": Sample(
        lines=[
            _alb(0, "10.0.0.1:80", "200", f"GET https://{SHOP}:443/cart/7?a=1"),
            _alb(1, "-", "-", f"GET https://{SHOP}:443/old"),
            _alb(2, "10.0.0.2:80", "200", f"POST https://{SHOP}:443/checkout"),
        ],
        left_out=1,
    ),
    "cloudfront, standard": Sample(
        lines=[
            "#Version: 1.0",
            f"#Fields: {_CF_FIELDS}",
            _cf(0, "GET", "/cart/7", "Miss"),
            _cf(1, "GET", "/logo.png", "Hit"),
            _cf(1, "GET", "/", "Redirect"),
            _cf(2, "POST", "/checkout", "Error"),
        ],
        left_out=2,
    ),
    # Version 2 as plain text has all 33 fields and no header.
    "cloudfront, plain": Sample(
        lines=[
            _plain(0, "GET", "/cart/7", "Miss"),
            _plain(1, "GET", "/logo.png", "Hit"),
            _plain(2, "POST", "/checkout", "Error"),
        ],
        left_out=1,
    ),
    "cloudfront, real-time with a choice of fields, named": Sample(
        lines=[
            "#Fields: timestamp cs-method x-host-header cs-uri-stem x-edge-result-type",
            f"{START}.512\tGET\t{SHOP}\t/cart/7\tMiss",
            f"{START + 1}.512\tGET\t{SHOP}\t/logo.png\tHit",
            f"{START + 2}.001\tPOST\t{SHOP}\t/checkout\tMiss",
        ],
        left_out=1,
    ),
    "cloudfront, real-time": Sample(
        lines=[
            _real_time(0, "GET", "/cart/7", "RefreshHit"),
            _real_time(1, "GET", "/logo.png", "Hit"),
            _real_time(2, "POST", "/checkout", "Miss"),
        ],
        left_out=1,
    ),
    "combined": Sample(
        lines=[
            combined("01/Jun/2024:12:00:00 +0200", "GET /cart/7?a=1"),
            combined("01/Jun/2024:10:00:02 +0000", "POST /checkout"),
        ],
        host=None,
    ),
    "combined, virtual host and port": Sample(
        lines=[
            combined("01/Jun/2024:10:00:00 +0000", "GET /cart/7?a=1", f"{SHOP}:443 "),
            combined("01/Jun/2024:10:00:02 +0000", "POST /checkout", f"{SHOP}:80 "),
        ],
    ),
    "combined, virtual host alone": Sample(
        lines=[
            combined("01/Jun/2024:10:00:00 +0000", "GET /cart/7?a=1", f"{SHOP} "),
            f'{SHOP} 2001:db8::1 - frank [01/Jun/2024:10:00:02 +0000] "POST /checkout HTTP/1.1"'
            ' 200 5 "-" "x"',
        ],
    ),
    "combined, ISO 8601": Sample(
        lines=[
            combined("2024-06-01T12:00:00+02:00", "GET /cart/7?a=1"),
            combined("2024-06-01T10:00:02Z", "POST /checkout"),
        ],
        host=None,
    ),
    "combined, milliseconds": Sample(
        lines=[
            combined("01/Jun/2024:10:00:00.123 +0000", "GET /cart/7?a=1"),
            combined("01/Jun/2024:10:00:02.999 +0000", "POST /checkout"),
        ],
        host=None,
    ),
    "combined, behind lines of a start": Sample(
        lines=[
            *(f"/docker-entrypoint.sh: {number}: Launching" for number in range(60)),
            '{"level": "info", "msg": "ready"}',
            combined("01/Jun/2024:10:00:00 +0000", "GET /cart/7?a=1"),
            combined("01/Jun/2024:10:00:02 +0000", "POST /checkout"),
        ],
        host=None,
        malformed=61,
    ),
    "api gateway, REST as CLF": Sample(
        lines=[
            '192.0.2.1 - - [01/Jun/2024:10:00:00 +0000] "GET /cart/7 HTTP/1.1" 200 5 c6af9ac6-7b61',
            '192.0.2.1 - - [01/Jun/2024:10:00:02 +0000] "POST /checkout HTTP/1.1" 200 5 c6af9ac6',
        ],
        host=None,
    ),
    "envoy": Sample(
        lines=[
            _envoy(0, "GET /cart/7?a=1", "10.0.0.1:80"),
            _envoy(1, "GET /nowhere", "-"),
            _envoy(2, "POST /checkout", "10.0.0.1:80"),
        ],
        left_out=1,
    ),
    "haproxy": Sample(
        lines=[
            _haproxy(0, "GET /cart/7?a=1", "web1"),
            _haproxy(1, "GET /nowhere", "<NOSRV>"),
            _haproxy(2, "POST /checkout", "web2"),
        ],
        left_out=1,
    ),
    "IIS": Sample(
        lines=[
            "#Software: Microsoft Internet Information Services 10.0",
            "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-host sc-status",
            f"2024-06-01 10:00:00 10.0.0.1 GET /cart/7 a=1 443 {SHOP} 200",
            f"2024-06-01 10:00:02 10.0.0.1 POST /checkout - 443 {SHOP} 200",
        ],
    ),
}
