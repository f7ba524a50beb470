"""Containers beside an app that have no traces of their own, by what they run or are for."""

from __future__ import annotations

from collections.abc import Mapping

from cdk_ecs_xray.collectors.evidence import Evidence
from cdk_ecs_xray.collectors.recognition import image_words, recognize
from cdk_ecs_xray.unknown import Text

ENVOY_TRACING = "ENABLE_ENVOY_XRAY_TRACING"
"""https://docs.aws.amazon.com/app-mesh/latest/userguide/envoy-config.html"""

_LOG_ROUTER = "log router"
_INIT = "init container"
_AGENT = "metrics agent"
_CONFIGURATION = "configuration agent"
_PROXY = "proxy"
_SECURITY = "security agent"

# Words that follow each other in an image's name, whoever mirrors it.
_NAMED: Mapping[tuple[str, ...], str] = {
    ("adot", "autoinstrumentation"): _INIT,
    ("appconfig", "agent"): _CONFIGURATION,
    ("appmesh", "envoy"): _PROXY,
    ("aws", "for", "fluent", "bit"): _LOG_ROUTER,
    ("dd", "lib"): _INIT,
    ("ecs", "service", "connect", "agent"): _PROXY,
    ("firelens", "datadog"): _LOG_ROUTER,
    ("fluent", "bit"): _LOG_ROUTER,
    ("guardduty", "agent", "fargate"): _SECURITY,
    ("newrelic", "fluentbit", "output"): _LOG_ROUTER,
    ("newrelic", "infra"): _AGENT,
    ("nri", "ecs"): _AGENT,
    ("secrets", "init"): _INIT,
    ("secretsmanager", "agent"): _CONFIGURATION,
    ("amazon", "ssm", "agent"): _CONFIGURATION,
}
# Names that are words of apps as well, so the whole name has to be theirs.
_CALLED: Mapping[str, str] = {
    "cloudflared": _PROXY,
    "envoy": _PROXY,
    "filebeat": _LOG_ROUTER,
    "fluentbit": _LOG_ROUTER,
    "fluentd": _LOG_ROUTER,
    "logstash": _LOG_ROUTER,
    "telegraf": _AGENT,
}
# Names that say nothing without the repository they are in.
_REPOSITORIES: Mapping[str, str] = {
    "datadog/agent": _AGENT,
    "prom/": _AGENT,
    "timberio/vector": _LOG_ROUTER,
}


def traces_itself(environment: Mapping[str, Text]) -> bool:
    """Return whether App Mesh's Envoy sends traces of its own."""
    return str(environment.get(ENVOY_TRACING, "")).lower() in ("1", "true")


def companion(
    evidence: Evidence, *, routes_logs: bool = False, finishes: bool = False
) -> str | None:
    """Return what a container is for where it is no app and collects no traces; None for others.

    Source of the images: their publishers' pages for ECS.

    :param routes_logs: it has a FireLens configuration, which makes it the task's log router.
    :param finishes: another container starts when this one has ended (``dependsOn`` with COMPLETE
        or SUCCESS), so it serves no requests.
    """
    found = recognize(evidence)
    if found is not None:
        return _AGENT if found.collects_traces is False else None
    if traces_itself(evidence.environment):
        return None
    if routes_logs or finishes:
        return _LOG_ROUTER if routes_logs else _INIT
    return _by_image(evidence)


def _by_image(evidence: Evidence) -> str | None:
    path = str(evidence.image).lower().partition("@")[0]
    for part, kind in _REPOSITORIES.items():
        if path.startswith(part) or f"/{part}" in path:
            return kind
    words = tuple(image_words(evidence.image))
    for name, kind in _NAMED.items():
        starts = range(len(words) - len(name) + 1)
        if any(words[start : start + len(name)] == name for start in starts):
            return kind
    return _CALLED.get(path.rpartition("/")[2].partition(":")[0])
