"""Puts load balancing that a seed names by its ARN into the AWS emulator.

No API of AWS's takes the ARN of what it creates, so it is made in the server: by ministack's own
operations, and then filed under the ARN that the app knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ministack.services import alb

_LISTENER = re.compile(
    r"(?P<head>arn:[^:]+:elasticloadbalancing:[^:]+:\d+:)listener/(?P<kind>app|net)/(?P<name>[^/]+)"
    r"/(?P<balancer>[^/]+)/(?P<listener>[^/]+)"
)
_TARGET_GROUP = re.compile(
    r"arn:[^:]+:elasticloadbalancing:[^:]+:\d+:targetgroup/(?P<name>[^/]+)/.+"
)
_PROTOCOLS = {"app": ("application", "HTTP"), "net": ("network", "TCP")}


def plant(document: Mapping[str, Any]) -> int:
    """Make what is not there yet, in the account and region of the request; how many that were."""
    made = sum(_listener(arn) for arn in _texts(document, "listeners"))
    return made + sum(_target_group(arn) for arn in _texts(document, "target_groups"))


def _texts(document: Mapping[str, Any], name: str) -> Sequence[str]:
    return [arn for arn in document.get(name) or () if isinstance(arn, str)]


def _listener(arn: str) -> bool:
    found = _LISTENER.fullmatch(arn)
    if found is None or arn in alb._listeners:
        return False
    kind, protocol = _PROTOCOLS[found["kind"]]
    name, balancer = found["name"], found["balancer"]
    owner = f"{found['head']}loadbalancer/{found['kind']}/{name}/{balancer}"
    if owner not in alb._lbs:
        made = _new(alb._lbs, alb._create_lb, {"Name": name, "Type": kind})
        _refile(made, owner, "LoadBalancerArn", alb._lbs, (alb._tags, alb._lb_attrs))
    made = _new(
        alb._listeners, alb._create_listener, {"LoadBalancerArn": owner, "Protocol": protocol}
    )
    _refile(made, arn, "ListenerArn", alb._listeners, (alb._tags, alb._listener_attrs))
    for rule in alb._rules.values():
        if rule["ListenerArn"] == made:
            rule["ListenerArn"] = arn
    return True


def _target_group(arn: str) -> bool:
    found = _TARGET_GROUP.fullmatch(arn)
    if found is None or arn in alb._tgs:
        return False
    made = _new(alb._tgs, alb._create_tg, {"Name": found["name"], "TargetType": "ip"})
    _refile(made, arn, "TargetGroupArn", alb._tgs, (alb._tags, alb._tg_attrs, alb._targets))
    return True


def _new(store: Any, create: Callable[[Any], Any], parameters: Mapping[str, str]) -> str:
    """Create one and return the ARN that ministack gave it."""
    before = set(store)
    create({name: [value] for name, value in parameters.items()})
    added = set(store) - before
    if not added:
        raise ValueError(f"{next(iter(parameters.values()))} is the name of another")
    return str(added.pop())


def _refile(made: str, arn: str, member: str, store: Any, beside: Sequence[Any]) -> None:
    record = store.pop(made)
    store[arn] = {**record, member: arn}
    for other in beside:
        if made in other:
            other[arn] = other.pop(made)
