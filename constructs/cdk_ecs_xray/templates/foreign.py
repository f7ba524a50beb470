"""Names what a file is that looks like a template and is none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cdk_ecs_xray.errors import Problem, ReviewError
from cdk_ecs_xray.files.foreign_format import ForeignFormat, format_of, format_of_text

# Jinja, Proton, Helm and ERB; {{resolve:…}} is CloudFormation's own.
_UNRENDERED = re.compile(r"\{\{(?!resolve:)[^{}\n]+\}\}|\{%[^\n]+%\}|<%[^\n]+%>")
_TEMPLATE = "the file must be a CloudFormation template or a task definition"
_DESCRIBED = "aws ecs describe-task-definition --task-definition {} > task.json"
_REGISTERED = f"Pass the task definition that it registered: {_DESCRIBED.format('FAMILY')}"
_PLAN = "terraform plan -out plan.bin, then terraform show -json plan.bin > plan.json"
_OF_CONFIGURATION = f"Review what it plans: {_PLAN}. Or review the state: terraform show -json."
_FIXES: Mapping[ForeignFormat, str] = {
    ForeignFormat.COMPOSE: _REGISTERED,
    ForeignFormat.TASK_DEFINITIONS: "Pass one task definition at a time.",
    ForeignFormat.TERRAFORM: _OF_CONFIGURATION,
    ForeignFormat.TERRAFORM_JSON: "Pass a whole Terraform state: terraform show -json > state.json",
    ForeignFormat.TERRAFORM_LOG: f"Print the plan itself as JSON: {_PLAN}",
}
_TEXTS = (ForeignFormat.TERRAFORM, ForeignFormat.TERRAFORM_LOG)
# Terraform writes a plan as a zip archive, which is no UTF-8 text but by chance.
_ZIP = "PK\x03\x04"
_SERVICES = "the answer of aws ecs describe-services"
# What may stand in a command that somebody copies.
_NAME = re.compile(r"[A-Za-z0-9:/_-]{1,300}")
_MOST_COMMANDS = 3


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


def raise_if_other_text(text: str, *, where: str) -> None:
    """Refuse a text of Terraform's by what it is: its language, its log or a binary plan.

    :raises ReviewError: when the text is one of them.
    """
    if text.startswith(_ZIP):
        fix = "Print it as JSON: terraform show -json PLAN > plan.json"
        raise ReviewError(_no_template("a binary plan of Terraform", fix, where))
    if text.lstrip()[:1] in ("{", "[") and '"@level"' not in text[:200]:
        return
    found = format_of_text(text)
    if found is not None and found in _TEXTS:
        raise ReviewError(_no_template(found, _FIXES[found], where))


def configuration_folder(where: str) -> ReviewError:
    """Return the error for a folder of Terraform's files."""
    return ReviewError(
        Problem(
            where=where,
            what="the folder must be one that cdk synth wrote",
            got=f"one of {ForeignFormat.TERRAFORM}",
            fix=_OF_CONFIGURATION,
        )
    )


def name_other_tools(content: object, *, where: str) -> None:
    """Refuse the file of another tool by what it is.

    :raises ReviewError: when the keys of the file are another tool's.
    """
    found = format_of(content)
    if found is ForeignFormat.SERVICE:
        listed = isinstance(content, Mapping) and "services" in content
        got = _SERVICES if listed else str(found)
        raise ReviewError(_no_template(got, _of_services(content), where))
    if found in (ForeignFormat.PULUMI_EXPORT, ForeignFormat.PULUMI_PREVIEW):
        raise ReviewError(_no_template(found, _described(_families(content), "FAMILY"), where))
    if found is not None and found in _FIXES:
        raise ReviewError(_no_template(found, _FIXES[found], where))


def _no_template(found: str, fix: str, where: str) -> Problem:
    return Problem(where=where, what=_TEMPLATE, got=found, fix=fix)


def _of_services(content: object) -> str:
    """Return the commands that describe what services run, with the names that they have."""
    named = [one.get("taskDefinition") for one in _listed(content) if isinstance(one, Mapping)]
    return _described(named, "NAME")


def _families(content: object) -> Sequence[object]:
    """Return the families of the task definitions in Pulumi's document."""
    held: object = content
    for key in ("deployment", "resources"):
        held = held.get(key, held) if isinstance(held, Mapping) else held
    steps = content.get("steps") if isinstance(content, Mapping) else None
    listed = steps if isinstance(steps, list) else held
    found = []
    for one in listed if isinstance(listed, list) else ():
        resource = one.get("newState", one) if isinstance(one, Mapping) else None
        inputs = resource.get("inputs") if isinstance(resource, Mapping) else None
        if isinstance(inputs, Mapping) and "containerDefinitions" in inputs:
            found.append(inputs.get("family"))
    return found


def _described(named: Sequence[object], otherwise: str) -> str:
    """Return the commands that print task definitions, for names that a shell takes as they are."""
    texts = dict.fromkeys(one for one in named if isinstance(one, str))
    wanted = [one for one in texts if _NAME.fullmatch(one) is not None]
    commands = " and ".join(_DESCRIBED.format(one) for one in wanted[:_MOST_COMMANDS])
    more = ", and so on" if len(wanted) > _MOST_COMMANDS else ""
    return f"Pass what this prints: {commands or _DESCRIBED.format(otherwise)}{more}"


def _listed(content: object) -> Sequence[object]:
    if not isinstance(content, Mapping):
        return []
    found = content.get("services")
    return found if isinstance(found, list) else [content]
