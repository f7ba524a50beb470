"""Which image a collector runs: pinned, and from wherever the user mirrors it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.unknown import Text

PUBLIC_REGISTRY = "public.ecr.aws"

_LATEST = "latest"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_VERSION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
# Docker's reference grammar: no part is empty, none begins or ends with a separator.
_REGISTRY = re.compile(
    r"[a-z0-9]+(?:[.-]+[a-z0-9]+)*(?::[0-9]+)?(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*"
)


@dataclass(frozen=True, kw_only=True)
class PinnedImage:
    """An image by registry, repository, version and, to be certain, digest.

    :param registry: ``public.ecr.aws``, a private mirror, or a pull-through cache such as
        ``111122223333.dkr.ecr.eu-west-1.amazonaws.com/ecr-public``.
    :param repository: path of the image in the registry.
    :param version: the tag. Never ``latest``: it has broken deployments of the X-Ray daemon
        (its issues 119 and 135).
    :param digest: ``sha256:…``; with it, the same bytes run whatever happens to the tag.
    """

    registry: str
    repository: str
    version: str
    digest: str | None = None

    @property
    def reference(self) -> str:
        """The image as a task definition names it."""
        reference = f"{self.registry}/{self.repository}:{self.version}"
        return reference if self.digest is None else f"{reference}@{self.digest}"

    def problems(self, where: str) -> Sequence[Problem]:
        """Return what a registry or ECS would refuse, in the words of an error.

        A registry with a CDK token, which has its value later, passes.
        """
        found = []
        if "${Token[" not in self.registry and _REGISTRY.fullmatch(self.registry) is None:
            found.append(
                Problem(
                    where=where,
                    what="registry must be a host with an optional path",
                    got=f"'{self.registry}'",
                    fix=f"Such as {PUBLIC_REGISTRY}, without https:// and without the image.",
                )
            )
        if _VERSION.fullmatch(self.version) is None or self.version == _LATEST:
            found.append(
                Problem(
                    where=where,
                    what="version must be a tag that stays what it is",
                    got=f"'{self.version}'",
                    fix="Leave it out for the tested one.",
                )
            )
        if self.digest is not None and _DIGEST.fullmatch(self.digest) is None:
            found.append(
                Problem(
                    where=where,
                    what="digest must be sha256: and 64 hexadecimal digits",
                    got=f"'{self.digest}'",
                    fix="Copy it from the registry, or leave it out.",
                )
            )
        return found


def tag_of(image: Text) -> str | None:
    """Return the tag that will be pulled; None where a digest pins it or it is not known."""
    text = str(image)
    if "@" in text or text == "":
        return None
    name, _, tag = text.rpartition("/")[2].rpartition(":")
    if "${" in (tag if name else text.rpartition("/")[2]):
        return None
    return tag if name else _LATEST
