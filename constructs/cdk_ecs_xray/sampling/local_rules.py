"""Local rules: the file that an SDK falls back on when it can't reach X-Ray.

Sources: the local samplers of the X-Ray SDKs for Python 2.15, Node 3.12, Java, Go, .NET and Ruby.
All read version 2 of the same JSON; each loads it in its own way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.printable import json_text
from cdk_ecs_xray.sampling.decisions import Reservoirs
from cdk_ecs_xray.sampling.patterns import pattern_matches
from cdk_ecs_xray.sampling.rules import DefaultRule, SamplingRule

HOW_TO_LOAD: Mapping[str, str] = {
    "python": 'xray_recorder.configure(sampling_rules=json.load(open("{file}")))',
    "node": "AWSXRay.middleware.setSamplingRules('{file}')",
    "java": 'new CentralizedSamplingStrategy(new File("{file}").toURI().toURL())',
    "go": 'sampling.NewCentralizedStrategyWithFilePath("{file}")',
    "dotnet": '"XRay": {{ "SamplingRuleManifest": "{file}" }}',
    "ruby": "XRay.recorder.configure(sampling_rules: "
    "JSON.parse(File.read('{file}'), symbolize_names: true))",
}


def local_rules(
    rules: Sequence[SamplingRule],
    default: DefaultRule,
    *,
    service_name: str | None = None,
    service_type: str | None = None,
    processes: int = 1,
) -> Mapping[str, Any]:
    """Return the rules as local rules of version 2.

    Local rules know no service, so those of other services are left out, as are rules that the
    SDKs skip. Their ``fixed_target`` is for one process, the reservoir for all of them.

    :param rules: in the order X-Ray tries them.
    :param service_name: whose file it is; None keeps the rules of every service.
    :param service_type: as above, such as ``AWS::ECS::Container``.
    :param processes: how many processes will read the file.
    """
    kept = [
        rule
        for rule in rules
        if rule.skipped_because is None
        and (not service_name or pattern_matches(rule.service_name, service_name))
        and (not service_type or pattern_matches(rule.service_type, service_type))
    ]
    return {
        "version": 2,
        "default": _decision(default, processes),
        "rules": [
            {
                "description": rule.name,
                "host": rule.host,
                "http_method": rule.http_method,
                "url_path": rule.url_path,
                **_decision(rule, processes),
            }
            for rule in kept
        ],
    }


def local_rules_text(document: Mapping[str, Any], *, sdk: str) -> str:
    """Return the file for an SDK.

    :raises ConfigurationError: for an SDK that is not known.
    """
    if sdk not in HOW_TO_LOAD:
        raise ConfigurationError(
            Problem(
                where="--for",
                what=f"must be one of {', '.join(HOW_TO_LOAD)}",
                got=f"'{sdk}'",
                fix="Choose one of these.",
            )
        )
    return json_text(document) + "\n"


def _decision(rule: SamplingRule | DefaultRule, processes: int) -> Mapping[str, int | float]:
    reservoirs = Reservoirs(size=rule.reservoir_size, processes=processes)
    # A float even for 0 and 1: some of the SDKs' readers tell them from whole numbers.
    return {"fixed_target": reservoirs.fixed_target, "rate": float(rule.fixed_rate)}
