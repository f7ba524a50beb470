"""The tables of AWS's names, held to CDK's own."""

from __future__ import annotations

import json
from pathlib import Path

import botocore
from aws_cdk import region_info

from cdk_ecs_xray.cdk.log_group import RETENTION_DAYS
from cdk_ecs_xray.plan.regions import PARTITIONS, url_suffix_of
from cdk_ecs_xray.plan.retention import RETENTIONS


def test_addresses_end_as_botocore_has_it() -> None:
    folder = Path(botocore.__file__).parent / "data" / "partitions.json"
    partitions = json.loads(folder.read_text(encoding="utf-8"))["partitions"]
    suffixes = {one["id"]: one["outputs"]["dnsSuffix"] for one in partitions}
    for region, partition in PARTITIONS.items():
        assert url_suffix_of(region) == suffixes[partition]
    assert url_suffix_of("${REGION}") == "amazonaws.com"


def test_the_regions_are_those_of_cdk_with_their_partitions() -> None:
    known = {region.name: region.partition for region in region_info.RegionInfo.regions}

    assert dict(PARTITIONS) == known


def test_the_retentions_are_those_that_cdk_has_names_for() -> None:
    assert tuple(RETENTION_DAYS) == RETENTIONS
