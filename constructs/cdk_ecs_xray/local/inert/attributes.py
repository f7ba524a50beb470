"""Makes up what AWS would give a resource: identifiers, ARNs and the other attributes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ministack.core import responses
from ministack.services.cloudformation import provisioners

from cdk_ecs_xray.local.inert.schemas import Schema

# What the template reference says that Ref returns, where it is not the whole identifier.
_REF: Mapping[str, str] = {
    "AWS::ApplicationAutoScaling::ScalingPolicy": "Arn",
    "AWS::EC2::EIP": "PublicIp",
}
# The prefixes by which people, and other resources, know an id of EC2.
_PREFIXES: Mapping[str, str] = {
    "AWS::EC2::EIP": "eipalloc",
    "AWS::EC2::FlowLog": "fl",
    "AWS::EC2::NatGateway": "nat",
    "AWS::EC2::NetworkAcl": "acl",
    "AWS::EC2::NetworkInterface": "eni",
    "AWS::EC2::PrefixList": "pl",
    "AWS::EC2::SecurityGroupEgress": "sgr",
    "AWS::EC2::SecurityGroupIngress": "sgr",
    "AWS::EC2::TransitGateway": "tgw",
    "AWS::EC2::TransitGatewayAttachment": "tgw-attach",
    "AWS::EC2::VPCPeeringConnection": "pcx",
}
_HEX = 17
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Set aside for documentation by RFC 5737, so no machine has it.
_NETWORK = "203.0.113."


@dataclass(frozen=True, kw_only=True)
class Naming:
    """A resource that gets its attributes: they differ between any two."""

    schema: Schema
    stack: str
    logical_id: str

    def model(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        """The properties with all that AWS adds to them."""
        found = dict(properties)
        for dotted in [*self.schema.identifier, *self.schema.read_only]:
            _set_default(found, dotted.split("."), self._made(dotted))
        return found

    def _made(self, dotted: str) -> Any:
        name = dotted.rpartition(".")[2]
        part = self.schema.at(dotted)
        fixed = part.get("const", part.get("default", next(iter(part.get("enum") or ()), None)))
        if fixed is not None:
            return fixed
        kind = part.get("type", "string")
        kind = kind if isinstance(kind, str) else kind[0]
        if kind in ("integer", "number"):
            return part.get("minimum", 0)
        return {"boolean": False, "array": [], "object": {}}.get(kind, self._text(name))

    def _text(self, name: str) -> str:
        digest = self._digest(name)
        if name.lower().endswith("arn"):
            return self._arn()
        if name.endswith("Ip"):
            return _NETWORK + str(int(digest[:2], 16) % 254 + 1)
        if name.endswith("Name"):
            return str(provisioners._physical_name(self.stack, self.logical_id))
        return f"{self._prefix()}-{digest[:_HEX]}"

    def _arn(self) -> str:
        _, service, resource = self.schema.kind.split("::")[:3]
        place = f"{responses.get_region()}:{responses.get_account_id()}"
        name = provisioners._physical_name(self.stack, self.logical_id)
        return f"arn:aws:{service.lower()}:{place}:{_kebab(resource)}/{name}"

    def _prefix(self) -> str:
        kind = self.schema.kind
        return _PREFIXES.get(kind) or _kebab(kind.rpartition("::")[2])

    def _digest(self, name: str) -> str:
        # The seed changes when a resource is replaced.
        seed = provisioners._NAME_SEED.get()
        text = f"{self.schema.kind}|{self.stack}|{self.logical_id}|{name}|{seed}"
        return hashlib.sha256(text.encode()).hexdigest()


def reference_of(schema: Schema, model: Mapping[str, Any]) -> str:
    """What ``Ref`` returns."""
    names = [_REF[schema.kind]] if schema.kind in _REF else schema.identifier
    return "|".join(str(_get(model, name.split("."))) for name in names)


def attributes_of(schema: Schema, model: Mapping[str, Any]) -> dict[str, Any]:
    """What ``Fn::GetAtt`` returns, by name."""
    found = {name: value for name, value in _flat(model, "") if not isinstance(value, Mapping)}
    return found | {name: _get(model, name.split(".")) for name in schema.read_only}


def changed(schema: Schema, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether a nested property changes that only a replacement can change."""
    return any(
        _get(old, name.split(".")) != _get(new, name.split("."))
        for name in schema.create_only
        if "." in name and "*" not in name
    )


def _flat(value: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    for name, member in value.items():
        yield path + name, member
        if isinstance(member, Mapping):
            yield from _flat(member, f"{path}{name}.")


def _get(value: Any, steps: list[str]) -> Any:
    for step in steps:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _set_default(model: dict[str, Any], steps: list[str], value: Any) -> None:
    *parents, last = steps
    for step in parents:
        inner = model.get(step)
        # A copy: the template's own mapping stays as it is.
        model[step] = dict(inner) if isinstance(inner, Mapping) else {}
        model = model[step]
    model.setdefault(last, value)


def _kebab(name: str) -> str:
    return _WORD.sub("-", name).lower()
