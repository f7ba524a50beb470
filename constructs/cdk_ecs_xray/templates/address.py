"""Reads ``AWS_XRAY_DAEMON_ADDRESS`` as the SDKs do."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cdk_ecs_xray.unknown import Text, Unknown

ADDRESS = "AWS_XRAY_DAEMON_ADDRESS"
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
_UNSPECIFIED = ("0.0.0.0", "[::]")  # noqa: S104 - compared with, nothing listens
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")
_ENDPOINT = re.compile(r"(?P<host>[^\s:/\[\]]+):(?P<port>[0-9]{1,5})")
_PROTOCOL = re.compile(r"(?P<protocol>tcp|udp):(?P<rest>.+)")
_IP = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}")
_BOTH = {"tcp", "udp"}
_HIGHEST_PORT = 65_535


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where one protocol goes."""

    host: Text
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether it is the container itself, or the task where containers share an interface."""
        return str(self.host).lower() in LOOPBACK_HOSTS or str(self.host).startswith("127.")

    @property
    def is_unspecified(self) -> bool:
        """Whether it is no destination at all; Linux takes it for loopback."""
        return self.host in _UNSPECIFIED

    @property
    def is_ip(self) -> bool:
        """Whether nobody has to resolve a name."""
        return _IP.fullmatch(str(self.host)) is not None


@dataclass(frozen=True, kw_only=True)
class DaemonAddress:
    """Where an SDK sends segments, and where it asks for sampling rules."""

    udp: Endpoint
    tcp: Endpoint


@dataclass(frozen=True, kw_only=True)
class Malformed:
    """An address at which the SDKs for Python and Node raise while they are imported."""

    why: str


def parse_address(value: Text) -> DaemonAddress | Malformed | Unknown:
    """Return what an address says; Unknown where its open parts may hold anything.

    Source: aws-xray-sdk 2.15, ``DaemonConfig``; measured there and in the SDK for Node 3.12.
    """
    text = str(value)
    # Placeholders hold colons, ${AWS::Region}, that are no part of the address.
    names = _PLACEHOLDER.findall(text)
    masked = _PLACEHOLDER.sub("\0", text)
    found = _parse(masked)
    if isinstance(found, str):
        return Malformed(why=found) if isinstance(value, str) else Unknown(expression=text)
    udp, tcp = (_unmasked(endpoint, masked, names) for endpoint in found)
    return DaemonAddress(udp=udp, tcp=tcp)


def _parse(text: str) -> tuple[Endpoint, Endpoint] | str:
    for wrong, why in (
        (text == "", "it is empty"),
        (text != text.strip(), "it has space around it"),
        ("://" in text, "it has a scheme"),
        ("[" in text, "it is an IPv6 address"),
    ):
        if wrong:
            return why
    words = text.split(" ")
    if len(words) > 1:
        return _both(words)
    endpoint = _endpoint(text)
    return endpoint if isinstance(endpoint, str) else (endpoint, endpoint)


def _both(words: list[str]) -> tuple[Endpoint, Endpoint] | str:
    endpoints = {}
    for word in words:
        protocol = _PROTOCOL.fullmatch(word)
        endpoint = "a part has no protocol" if protocol is None else _endpoint(protocol["rest"])
        if isinstance(endpoint, str) or protocol is None:
            return str(endpoint)
        endpoints[protocol["protocol"]] = endpoint
    if set(endpoints) != _BOTH or len(words) != len(_BOTH):
        return "it does not name tcp and udp once each"
    return endpoints["udp"], endpoints["tcp"]


def _endpoint(text: str) -> Endpoint | str:
    if _PROTOCOL.fullmatch(text) is not None:
        return "it names one protocol of two"
    found = _ENDPOINT.fullmatch(text)
    if found is None:
        return "it is not host:port"
    port = int(found["port"])
    return Endpoint(host=found["host"], port=port) if port <= _HIGHEST_PORT else "the port is none"


def _unmasked(endpoint: Endpoint, masked: str, names: list[str]) -> Endpoint:
    host = str(endpoint.host)
    if "\0" not in host:
        return endpoint
    first = masked.find(host)
    start = masked.count("\0", 0, first)
    own = iter(names[start:])
    return Endpoint(
        host=Unknown(expression=re.sub("\0", lambda _: next(own), host)), port=endpoint.port
    )
