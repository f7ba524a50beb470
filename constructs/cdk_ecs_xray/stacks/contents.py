"""A stack's resources and outputs as data, and the one call that makes constructs of them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aws_cdk.cloudformation_include import CfnInclude
from constructs import Construct

_ID = "Resources"


@dataclass(frozen=True)
class Contents:
    """What a stack provisions, as CloudFormation spells it.

    CDK reads all of it at once and makes a typed L1 of each resource, which cdk-nag and aspects see
    as any other. A construct at a time is a round trip each into CDK's JavaScript, for which Python
    has to load the module of each service of AWS.
    """

    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(
        self,
        logical_id: str,
        kind: str,
        properties: Mapping[str, Any],
        *,
        after: Iterable[str] = (),
        attributes: Mapping[str, str] | None = None,
    ) -> None:
        """Add a resource of a type.

        :param properties: their values; None leaves one out.
        :param after: logical ids of what must be there before.
        :param attributes: what it has beside its properties, such as ``DeletionPolicy``.
        """
        depends_on = sorted(after)
        self.resources[logical_id] = {
            "Type": kind,
            "Properties": {name: one for name, one in properties.items() if one is not None},
            **({} if attributes is None else attributes),
            **({"DependsOn": depends_on} if depends_on else {}),
        }

    def add_output(self, logical_id: str, *, value: str, description: str) -> None:
        """Add an output of the stack."""
        self.outputs[logical_id] = {"Description": description, "Value": value}

    def include_in(self, scope: Construct) -> CfnInclude:
        """Provision all of it, under its logical ids."""
        template = {"Resources": self.resources, "Outputs": self.outputs}
        # CDK reads a file as it makes the construct, and never again.
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "template.json"
            path.write_text(json.dumps(template), encoding="utf-8")
            return CfnInclude(scope, _ID, template_file=str(path))
