"""What is known of collectors' images by their names."""

from __future__ import annotations

from cdk_ecs_xray.templates.model import Collector

_LATEST = "latest"
# What each image without a shell brings to run.
_PROGRAMS = {
    "xray-daemon": ("/xray",),
    "adot": ("/healthcheck", "/awscollector"),
    "cloudwatch-agent": ("/opt/aws/amazon-cloudwatch-agent/",),
}


def tag_of(collector: Collector) -> str | None:
    """Return the tag that will be pulled; None where a digest pins it or it is unknown."""
    image = collector.container.image
    text = str(image)
    if "@" in text or text == "":
        return None
    name, _, tag = text.rpartition("/")[2].rpartition(":")
    if "${" in (tag if name else text.rpartition("/")[2]):
        return None
    return tag if name else _LATEST


def has_no_shell(collector: Collector) -> bool:
    """Return whether the image holds its own programs and nothing else, as far as its name tells.

    Docker Hub's X-Ray daemon is built on Amazon Linux and has a shell; the public gallery's and
    both other collectors are built from scratch.
    """
    if collector.kind == "xray-daemon":
        return "xray/aws-xray-daemon" in str(collector.container.image)
    return collector.kind in ("adot", "cloudwatch-agent")


def can_run(collector: Collector, program: str) -> bool:
    """Return whether an image without a shell holds a program."""
    return program.startswith(_PROGRAMS[collector.kind])
