"""One stack as it was found: in an assembly, in a template, or in what Terraform writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from cdk_ecs_xray.templates.nested import Unread

Form = Literal["cloudformation", "api", "cdk", "terraform"]


@dataclass(frozen=True, kw_only=True)
class StackSource:
    """One stack as it was found.

    :param name: its physical name.
    :param path: as ``cdk ls`` shows it, ``dev/orders``; the file's name for a lone template.
    :param environment: the Stage it belongs to; the empty text outside of any.
    :param account: 12 digits; None where the template leaves it open.
    :param region: None where the template leaves it open.
    :param file: of the template, as the user would write it.
    :param text: of the template.
    :param parent: path of the stack that it is nested in; None for one of its own.
    :param form: who wrote it: by hand for CloudFormation, for ECS's API, CDK, or Terraform, whose
        values are as they are and no functions.
    :param unread: what the template holds that was not read.
    :param source_lines: file and line that made a resource, by logical id, where CDK wrote them.
    :param sensitive: logical ids of resources of which no value may be shown.
    :param secrets: the texts in them.
    """

    name: str
    path: str
    environment: str
    account: str | None
    region: str | None
    file: str
    text: str
    template: Mapping[str, Any]
    parent: str | None = None
    unread: Sequence[Unread] = ()
    form: Form = "cloudformation"
    source_lines: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    sensitive: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()

    def resources(self, kind: str) -> Mapping[str, Mapping[str, Any]]:
        """Return the properties of the resources of a type, by logical id."""
        return {
            logical_id: resource.get("Properties") or {}
            for logical_id, resource in (self.template.get("Resources") or {}).items()
            if isinstance(resource, Mapping) and resource.get("Type") == kind
        }
