"""Names what a file is that looks like a template and is none."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cdk_ecs_xray.errors import Problem, ReviewError

# Jinja, Proton, Helm and ERB; {{resolve:…}} is CloudFormation's own.
_UNRENDERED = re.compile(r"\{\{(?!resolve:)[^{}\n]+\}\}|\{%[^\n]+%\}|<%[^\n]+%>")
_REVIEW_THAT = (
    "Run `terraform show -json`, and pass the container definitions or the task definition."
)
_OTHERS: tuple[tuple[frozenset[str], str, str], ...] = (
    (frozenset({"planned_values", "resource_changes"}), "a Terraform plan", _REVIEW_THAT),
    (frozenset({"terraform_version", "resources"}), "a Terraform state", _REVIEW_THAT),
    (frozenset({"terraform_version", "values"}), "a Terraform state", _REVIEW_THAT),
    (frozenset({"resource", "provider"}), "a Terraform configuration", _REVIEW_THAT),
    (frozenset({"resource", "terraform"}), "a Terraform configuration", _REVIEW_THAT),
    (frozenset({"resource"}), "a Terraform configuration", _REVIEW_THAT),
    (
        frozenset({"version", "deployment"}),
        "a Pulumi stack export",
        "Pass the task definition that it registered: aws ecs describe-task-definition.",
    ),
    (
        frozenset({"steps"}),
        "a Pulumi preview",
        "Pass the task definition that it registered: aws ecs describe-task-definition.",
    ),
    (
        frozenset({"services", "failures"}),
        "the answer of aws ecs describe-services",
        "Pass the answer of aws ecs describe-task-definition.",
    ),
    (
        frozenset({"services"}),
        "a list of services",
        "Pass the answer of aws ecs describe-task-definition.",
    ),
)


def raise_if_unrendered(text: str, *, where: str) -> None:
    """Refuse a template that another tool has to render first, in words that say so.

    :raises ReviewError: when the text has a placeholder of a template language.
    """
    found = _UNRENDERED.search(text)
    if found is not None:
        raise ReviewError(
            Problem(
                where=where,
                what="the file must be a rendered CloudFormation template",
                got=f"a template of a template, with {found[0]}",
                fix="Render it first, then pass the result.",
            )
        )


def name_other_tools(content: object, *, where: str) -> None:
    """Refuse the file of another tool by what it is.

    :raises ReviewError: when the keys of the file are another tool's.
    """
    keys = set(content) if isinstance(content, Mapping) else set()
    for signs, what, fix in _OTHERS:
        if signs <= keys:
            raise ReviewError(
                Problem(
                    where=where,
                    what="the file must be a CloudFormation template or a task definition",
                    got=what,
                    fix=fix,
                )
            )
