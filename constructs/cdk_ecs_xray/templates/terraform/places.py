"""In which region and account each resource of a document is, as far as it says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cdk_ecs_xray.files.terraform.kinds import TerraformKind
from cdk_ecs_xray.files.terraform.resource import TerraformResource
from cdk_ecs_xray.templates.terraform.configuration import Configuration
from cdk_ecs_xray.unknown import known

_ARN = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:(?P<region>[a-z0-9-]*):(?P<account>[0-9]{12})?:.+")
# Has no region, whatever provider makes it.
_GLOBAL = "aws_iam_"

Spot = tuple[str | None, str | None, str]
"""Account and region, None for what the document does not say; then the provider, which may say."""
_ANYWHERE: Spot = (None, None, "")


def spots(
    kind: TerraformKind | None,
    resources: Sequence[TerraformResource],
    configuration: Configuration,
) -> Mapping[str, Spot]:
    """Return where each resource is, by address.

    The region is the resource's own, its provider's where that is written out, or that of its ARN
    in a state. Only a state names an account. What says nothing of this, as what IAM has, is with
    the others where they are in one place.
    """
    in_state = kind is not TerraformKind.PLAN
    found = {
        one.address: _spot(one, configuration, in_state=in_state)
        for one in resources
        if not one.type.startswith(_GLOBAL)
    }
    stated = list(dict.fromkeys(spot for spot in found.values() if spot != _ANYWHERE))
    fallback = stated[0] if len(stated) == 1 else _ANYWHERE
    spots_of = {one.address: found.get(one.address, _ANYWHERE) for one in resources}
    return {address: fallback if spot == _ANYWHERE else spot for address, spot in spots_of.items()}


def _spot(one: TerraformResource, configuration: Configuration, *, in_state: bool) -> Spot:
    arn = _ARN.fullmatch(str(one.values.get("arn"))) if in_state else None
    region = known(one.values.get("region")) or configuration.provider_region(one)
    if arn is not None:
        return arn["account"], region or arn["region"] or None, ""
    return None, region, "" if region else configuration.provider(one)
