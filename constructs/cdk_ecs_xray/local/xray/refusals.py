"""The errors X-Ray answers with, named as in its API model."""

from __future__ import annotations


class XRayRefusalError(Exception):
    """A request X-Ray refuses; becomes an HTTP error that boto3 raises by its code."""

    code = "InvalidRequestException"
    status = 400

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)

    def body(self) -> dict[str, str]:
        """The error's members, as the model spells them."""
        return {"Message": self.message}


class InvalidRequestError(XRayRefusalError):
    """A missing or invalid parameter."""


class RuleLimitExceededError(XRayRefusalError):
    """The account has as many sampling rules in this region as it may have."""

    code = "RuleLimitExceededException"


class UnknownOperationError(XRayRefusalError):
    """An X-Ray operation that the AWS emulator does not serve."""

    code = "UnknownOperationException"
    status = 404


class ResourceNotFoundError(XRayRefusalError):
    """A tagging call on an ARN that names no rule and no group."""

    code = "ResourceNotFoundException"
    status = 404

    def __init__(self, message: str, *, resource_name: str) -> None:
        super().__init__(message)
        self.resource_name = resource_name

    def body(self) -> dict[str, str]:
        """The error's members, as the model spells them."""
        return {"Message": self.message, "ResourceName": self.resource_name}


class TooManyTagsError(ResourceNotFoundError):
    """More tags than a rule or group may carry."""

    code = "TooManyTagsException"
    status = 400
