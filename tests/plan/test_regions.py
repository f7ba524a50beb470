"""The tables of AWS's names, held to CDK's own."""

from __future__ import annotations

from aws_cdk import region_info

from cdk_ecs_xray.cdk.log_group import RETENTION_DAYS
from cdk_ecs_xray.plan.regions import PARTITIONS
from cdk_ecs_xray.plan.retention import RETENTIONS


def test_the_regions_are_those_of_cdk_with_their_partitions() -> None:
    known = {region.name: region.partition for region in region_info.RegionInfo.regions}

    assert dict(PARTITIONS) == known


def test_the_retentions_are_those_that_cdk_has_names_for() -> None:
    assert tuple(RETENTION_DAYS) == RETENTIONS
