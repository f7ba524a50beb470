"""Change sets that import: services, task definitions, sampling rules and groups, as on AWS.

Ministack imports some types, and no summary of a template says what identifies its resources, which
is what ``cdk import`` asks first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from xml.sax.saxutils import escape

from ministack.services import ecs
from ministack.services.cloudformation import changesets, handlers, provisioners

from cdk_ecs_xray.local.gaps.container_definitions import TASK_DEFINITION
from cdk_ecs_xray.local.gaps.ecs_services import SERVICE

_OK = 200
_END = "</GetTemplateSummaryResult>"
_NOT_FOUND = "Resource of type '{kind}' with identifier '{value}' was not found."
Import = Callable[[Mapping[str, str]], tuple[str, dict[str, str]]]


def mend() -> None:
    """Complete the tables of import, and the summary."""
    # The last key is the physical id.
    learn_import(SERVICE, ("Cluster", "ServiceArn"), _service_problem, _import_service)
    learn_import(
        TASK_DEFINITION, ("TaskDefinitionArn",), _task_definition_problem, _import_task_definition
    )
    summarize = handlers._get_template_summary

    def summarize_identifiers(parameters: Any) -> Any:
        return _with_identifiers(summarize(parameters), parameters)

    handlers._ACTION_HANDLERS["GetTemplateSummary"] = summarize_identifiers


def learn_import(
    kind: str, keys: tuple[str, ...], problem: Callable[..., str | None], adopt: Import
) -> None:
    """Let a type be imported.

    :param problem: why an identifier names nothing, or None.
    :param adopt: gives the physical id and the attributes.
    """
    changesets._IMPORT_LOOKUPS[kind] = (keys, problem)
    provisioners._RESOURCE_HANDLERS[kind]["import"] = adopt


def not_found(kind: str, value: str) -> str:
    """CloudFormation's words for an identifier that names nothing."""
    return _NOT_FOUND.format(kind=kind, value=value)


def _service_problem(cluster: str, arn: str) -> str | None:
    service = ecs._services.get(f"{ecs._resolve_cluster_name(cluster)}/{arn.rpartition('/')[2]}")
    there = service is not None and service["serviceArn"] == arn and service["status"] == "ACTIVE"
    return None if there else not_found(SERVICE, f"{arn}|{cluster}")


def _import_service(identifier: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    arn = identifier["ServiceArn"]
    return arn, {"ServiceArn": arn, "Name": arn.rpartition("/")[2]}


def _task_definition_problem(arn: str) -> str | None:
    stored = ecs._task_defs.get(arn.rpartition("/")[2])
    there = stored is not None and stored["status"] == "ACTIVE"
    return None if there else not_found(TASK_DEFINITION, arn)


def _import_task_definition(identifier: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    arn = identifier["TaskDefinitionArn"]
    return arn, {"TaskDefinitionArn": arn}


def _with_identifiers(answer: Any, parameters: Any) -> Any:
    """The answer, with what identifies the resources of each type."""
    status, headers, body = answer
    text = body.decode() if isinstance(body, bytes) else body
    if status != _OK or _END not in text:
        return answer
    template_body, _ = handlers._resolve_template(parameters)
    if not template_body:
        return answer
    resources = handlers._parse_template(template_body).get("Resources") or {}
    by_type: dict[str, list[str]] = {}
    for logical_id, resource in resources.items():
        if isinstance(resource, Mapping) and "import" in (
            provisioners._RESOURCE_HANDLERS.get(resource.get("Type")) or {}
        ):
            by_type.setdefault(resource["Type"], []).append(logical_id)
    summaries = "".join(_summary(kind, names) for kind, names in sorted(by_type.items()))
    block = f"<ResourceIdentifierSummaries>{summaries}</ResourceIdentifierSummaries>"
    text = text.replace(_END, block + _END)
    return status, headers, text.encode() if isinstance(body, bytes) else text


def _summary(kind: str, names: list[str]) -> str:
    keys = changesets._IMPORT_LOOKUPS[kind][0]
    return (
        f"<member><ResourceType>{escape(kind)}</ResourceType>"
        f"<LogicalResourceIds>{_members(names)}</LogicalResourceIds>"
        f"<ResourceIdentifiers>{_members(list(keys))}</ResourceIdentifiers></member>"
    )


def _members(texts: list[str]) -> str:
    return "".join(f"<member>{escape(text)}</member>" for text in texts)
