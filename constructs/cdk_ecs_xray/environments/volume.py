"""``volumes``: what containers of a service mount."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from cdk_ecs_xray.environments.values import AbsolutePath, FileSystemId, resolved
from cdk_ecs_xray.errors import InvalidValueError, Problem
from cdk_ecs_xray.files.field_limits import matching


class EfsVolume(BaseModel):
    """A file system of Amazon EFS."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    file_system: FileSystemId = Field(description="its id")
    root_directory: AbsolutePath | None = Field(
        default=None, description="what of it is mounted; `/` without"
    )
    access_point: (
        Annotated[
            str,
            AfterValidator(
                matching(r"fsap-[0-9a-f]+", "an access point's id", fix="Such as fsap-0a1b2c3d.")
            ),
        ]
        | None
    ) = Field(default=None, description="an access point of it")
    iam: bool = Field(
        default=True, description="mount as the task role, which may then mount and write"
    )
    transit_encryption: bool = Field(default=True, description="false sends plain NFS")

    @model_validator(mode="after")
    def _what_goes_together(self) -> Self:
        needing = [
            name
            for name, value in (("iam", self.iam), ("access_point", self.access_point))
            if value not in (False, None)
        ]
        if not self.transit_encryption and needing:
            raise InvalidValueError(
                Problem(
                    what=f"must keep transit_encryption for {' and '.join(needing)}",
                    got="false",
                    fix="EFS takes these over TLS only: remove transit_encryption.",
                )
            )
        if self.access_point is not None and self.root_directory not in (None, "/"):
            raise InvalidValueError(
                Problem(
                    what="must leave root_directory to the access point",
                    got=f"'{self.root_directory}'",
                    fix="Remove root_directory.",
                )
            )
        return self

    @property
    def configuration(self) -> dict[str, Any]:
        """The volume as ECS's API spells it."""
        authorization: dict[str, Any] = {"iam": "ENABLED" if self.iam else "DISABLED"}
        if self.access_point is not None:
            authorization["accessPointId"] = self.access_point
        root = self.root_directory
        return {
            "fileSystemId": resolved(self.file_system),
            **({} if root is None else {"rootDirectory": root}),
            "transitEncryption": "ENABLED" if self.transit_encryption else "DISABLED",
            "authorizationConfig": authorization,
        }


class Volume(BaseModel):
    """A file system, a path of the instance, or with neither a volume as long as the task."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    efs: EfsVolume | None = Field(default=None, description="a file system of Amazon EFS")
    host_path: AbsolutePath | None = Field(
        default=None, description="a path of the instance; not on Fargate"
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.efs is not None and self.host_path is not None:
            raise InvalidValueError(
                Problem(
                    what="must be one of efs and host_path", got="both", fix="Keep one of them."
                )
            )
        return self
