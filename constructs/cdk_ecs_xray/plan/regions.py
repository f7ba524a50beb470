"""AWS's regions and their partitions. Pure: asking CDK would start its kernel.

Source: ``partitions.json`` of botocore and CDK's ``region_info``, which a test compares.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cdk_ecs_xray.errors import InvalidValueError, Problem

_BY_PARTITION: Mapping[str, str] = {
    "aws": "af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 "
    "ap-south-2 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 "
    "ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1 "
    "eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1 "
    "mx-central-1 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2",
    "aws-cn": "cn-north-1 cn-northwest-1",
    "aws-eusc": "eusc-de-east-1",
    "aws-iso": "us-iso-east-1 us-iso-west-1",
    "aws-iso-b": "us-isob-east-1 us-isob-west-1",
    "aws-iso-e": "eu-isoe-west-1",
    "aws-iso-f": "us-isof-east-1 us-isof-south-1",
    "aws-us-gov": "us-gov-east-1 us-gov-west-1",
}

PARTITIONS: Mapping[str, str] = MappingProxyType(
    {
        region: partition
        for partition, regions in _BY_PARTITION.items()
        for region in regions.split()
    }
)
"""The partition of each region."""

_URL_SUFFIXES: Mapping[str, str] = {
    "aws-cn": "amazonaws.com.cn",
    "aws-eusc": "amazonaws.eu",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
}
_USUAL_URL_SUFFIX = "amazonaws.com"


def partition_of(region: str) -> str:
    """Return a region's partition; AWS's first one for a region that is not known."""
    return PARTITIONS.get(region, "aws")


def url_suffix_of(region: str) -> str:
    """Return what a region's addresses end with; the usual one for a region that is not known."""
    return _URL_SUFFIXES.get(partition_of(region), _USUAL_URL_SUFFIX)


def known_region(value: str) -> str:
    """Return a region's name as it is.

    :raises InvalidValueError: for one that AWS has not.
    """
    if value not in PARTITIONS:
        raise InvalidValueError(
            Problem(
                what="must be an AWS region",
                got=f"'{value}'",
                fix="Write one such as eu-west-1, or update cdk-ecs-xray if the region is new.",
            )
        )
    return value
