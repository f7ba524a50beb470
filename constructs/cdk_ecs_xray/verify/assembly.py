"""The stacks of one environment of a cloud assembly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.templates.assembly import StackSource
from cdk_ecs_xray.templates.assembly import read_stacks as read_sources

NESTED_STACK = "AWS::CloudFormation::Stack"


@dataclass(frozen=True, kw_only=True)
class SynthesisedStack:
    """A stack as it was synthesised.

    :param account: None takes the account of whoever deploys.
    :param region: None takes the region of whoever deploys.
    """

    name: str
    path: str
    account: str | None
    region: str | None
    template: Mapping[str, Any]

    def resources(self, kind: str) -> Mapping[str, Mapping[str, Any]]:
        """Return the properties of the resources of a type, by logical id."""
        return {
            logical_id: resource.get("Properties", {})
            for logical_id, resource in self.template.get("Resources", {}).items()
            if resource.get("Type") == kind
        }


def environments_of(folder: Path) -> Sequence[str]:
    """Return the names of the CDK Stages of an assembly.

    :raises ReviewError: when the folder is no cloud assembly.
    """
    return list(
        dict.fromkeys(one.environment for one in read_sources(str(folder)) if one.environment)
    )


def read_stacks(folder: Path, *, environment: str | None) -> Sequence[SynthesisedStack]:
    """Return the stacks of a Stage, or of an app that has no Stages, without nested ones.

    :param environment: the name of the Stage; None where there is only one, or none.
    :raises ReviewError: when the folder is no cloud assembly.
    :raises ConfigurationError: when it has no such Stage, or several and none was named.
    """
    sources = read_sources(str(folder))
    stages = list(dict.fromkeys(source.environment for source in sources))
    chosen = _chosen(folder, stages, environment)
    nested = {path for source in sources for path in _nested_paths(source)}
    return [
        SynthesisedStack(
            name=source.name,
            path=source.path,
            account=source.account,
            region=source.region,
            template=source.template,
        )
        for source in sources
        if source.environment == chosen and source.path not in nested
    ]


def _chosen(folder: Path, stages: Sequence[str], environment: str | None) -> str:
    names = ", ".join(name for name in stages if name) or "none, as the app has no Stages"
    if environment is None and len(stages) == 1:
        return stages[0]
    if environment is None:
        raise ConfigurationError(
            Problem(
                where="--env",
                what=f"is required, as {folder} has several Stages",
                fix=f"Choose one of: {names}.",
            )
        )
    if environment not in stages or environment == "":
        raise ConfigurationError(
            Problem(
                where="--env",
                what=f"must be a Stage of {folder}",
                got=f"'{environment}'",
                fix=f"Choose one of: {names}.",
            )
        )
    return environment


def _nested_paths(source: StackSource) -> Sequence[str]:
    return [
        f"{source.path}/{logical_id}"
        for logical_id, resource in source.template.get("Resources", {}).items()
        if isinstance(resource, Mapping) and resource.get("Type") == NESTED_STACK
    ]
