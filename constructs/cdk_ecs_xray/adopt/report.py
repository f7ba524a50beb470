"""What adopting an environment means, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from shlex import quote
from typing import Any

from cdk_ecs_xray.adopt.comparison import Difference
from cdk_ecs_xray.adopt.plan import Adopted, Adoption, StackPlan, Standing
from cdk_ecs_xray.printable import counted, printable

_EFFECTS = {
    "updates": "updated in place",
    "new revision": "new revision",
    "replaces": "REPLACED",
}


_OUTDATED = (
    "The state is not what the account has, so no files are written. Run 'terraform apply "
    "-refresh-only' and 'terraform state pull', and adopt again."
)


def as_text(adoption: Adoption, *, files: Mapping[str, Path]) -> str:
    """Return the report.

    :param files: the mapping of each stack by its path, and under the empty text the assembly for
        cdk import; empty where none was written.
    """
    lines = [line for plan in adoption.stacks for line in _stack(plan)]
    if adoption.replaced:
        lines.append(
            "What would be replaced is not imported. Give it the value that it has now in the "
            "environment, or leave it with Terraform."
        )
        lines.append("")
    if adoption.outdated:
        lines.append(_OUTDATED)
    else:
        lines += _as_stated(adoption)
        lines += _next_steps(adoption, files)
    return "\n".join(map(printable, lines))


def as_document(adoption: Adoption, *, files: Mapping[str, Path]) -> Mapping[str, Any]:
    """Return the report as JSON holds it."""
    return {
        "version": 1,
        "stacks": [
            {
                "path": plan.stack.path,
                "name": plan.stack.name,
                "existing": [_existing(one) for one in plan.adopted],
                "created": [{"type": kind, "logicalId": name} for kind, name in plan.created],
                "mapping": plan.mapping,
                "mappingFile": _file(files, plan),
            }
            for plan in adoption.stacks
        ],
        "replaced": len(adoption.replaced),
        "outdated": len(adoption.outdated),
        "importApp": str(files[""]) if "" in files else None,
        "terraformStateRm": adoption.handed_over,
        "leftPolicies": [policy.address for plan in adoption.stacks for policy in plan.left],
    }


def _existing(one: Adopted) -> Mapping[str, Any]:
    return {
        "logicalId": one.logical_id,
        "type": one.existing.kind,
        "address": one.existing.address,
        "identifier": one.existing.identifier,
        "imported": not one.is_replaced,
        "differences": [
            {
                "path": difference.path,
                "now": difference.now,
                "then": difference.then,
                "effect": difference.effect,
            }
            for difference in one.differences
        ],
        "account": None if one.standing is None else _standing(one.standing),
    }


def _standing(standing: Standing) -> Mapping[str, Any]:
    return {
        "isThere": standing.is_there,
        "drift": [
            {"path": drift.path, "state": drift.now, "account": drift.then}
            for drift in standing.drift
        ],
    }


def _file(files: Mapping[str, Path], plan: StackPlan) -> str | None:
    return str(files[plan.stack.path]) if plan.stack.path in files else None


def _stack(plan: StackPlan) -> Iterator[str]:
    total = len(plan.adopted) + len(plan.created)
    yield f"{plan.stack.path} ({plan.stack.name}): {len(plan.adopted)} of {total} resources exist"
    for one in plan.adopted:
        yield f"  {one.existing.kind}  {one.logical_id} = {one.existing.address}"
        if not one.differences:
            yield "    equal"
        for difference in one.differences:
            yield f"    {_difference(difference)}"
        if one.standing is not None:
            yield from _drift(one.standing)
    for kind, logical_id in plan.created:
        yield f"  {kind}  {logical_id}: created by the deployment"
    for policy in plan.left:
        yield (
            f"  aws_iam_role_policy  {policy.address}: stays in its role until you remove it, so "
            "that nothing is denied in between"
        )
    yield ""


def _drift(standing: Standing) -> Iterator[str]:
    if not standing.is_there:
        yield "    not in the account"
    for drift in standing.drift:
        state = "not set" if drift.now is None else drift.now
        account = "not set" if drift.then is None else drift.then
        yield f"    drifted: {drift.path} is {state} in the state, {account} in the account"


def _as_stated(adoption: Adoption) -> Iterator[str]:
    asked = [one for plan in adoption.stacks for one in plan.adopted if one.standing is not None]
    if asked:
        yield f"The account has {counted(len(asked), 'resource')} of the state, unchanged."
        yield ""


def _difference(difference: Difference) -> str:
    now = "not set" if difference.now is None else difference.now
    then = "not set" if difference.then is None else difference.then
    return f"{_EFFECTS[difference.effect]}: {difference.path} is {now}, will be {then}"


def _next_steps(adoption: Adoption, files: Mapping[str, Path]) -> Iterator[str]:
    imported = [plan for plan in adoption.stacks if plan.imported]
    if not imported:
        return
    if not files:
        yield "Add -o mapping.json to write the files for cdk import."
        return
    app = quote(str(files[""]))
    yield "1. Import what exists, as it is; nothing changes in the account:"
    for plan in imported:
        mapping = quote(str(files[plan.stack.path]))
        path = quote(plan.stack.path)
        yield f"  cdk import --app {app} {path} --resource-mapping {mapping}"
    yield "2. Let Terraform forget it, and remove it from the configuration:"
    for address in adoption.handed_over:
        yield f"  terraform state rm {quote(address)}"
    paths = " ".join(quote(plan.stack.path) for plan in adoption.stacks)
    yield "3. Look at what changes, and deploy it:"
    yield f"  cdk diff {paths}"
    yield f"  cdk deploy {paths}"
    left = [policy for plan in adoption.stacks for policy in plan.left]
    if left:
        yield "4. When the new tasks run, remove what Terraform left in the roles:"
        for policy in left:
            role, name = quote(str(policy.text("role"))), quote(str(policy.text("name")))
            yield f"  aws iam delete-role-policy --role-name {role} --policy-name {name}"
