"""Signups: one address, once, and a message to whoever waits for them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError

Capture = Callable[[str], Callable[[Callable[..., Any]], Callable[..., Any]]]


class AlreadySignedUpError(Exception):
    """The address is in the table."""


class MalformedSignupError(ValueError):
    """No name, or no address."""


@dataclass(frozen=True, kw_only=True)
class Signups:
    """Writes signups.

    :param table: of DynamoDB, by the key ``email``.
    :param topic: of SNS, by its ARN.
    :param capture: makes a subsegment of a function; nothing by default.
    """

    table: Any
    topic: Any
    capture: Capture

    @classmethod
    def from_environment(cls, capture: Capture) -> Signups:
        """Return what the deployment's environment names."""
        return cls(
            table=boto3.resource("dynamodb").Table(os.environ["SIGNUP_TABLE"]),
            topic=boto3.resource("sns").Topic(os.environ["SIGNUP_TOPIC"]),
            capture=capture,
        )

    def add(self, form: dict[str, str]) -> None:
        """Write one signup.

        :raises MalformedSignupError: for a form without name or address.
        :raises AlreadySignedUpError: when the address is there already.
        """
        signup = self.capture("check the form")(checked)(form)
        self._store(signup)
        self.topic.publish(Message=f"{signup['name']} <{signup['email']}>", Subject="New signup")

    def _store(self, signup: dict[str, str]) -> None:
        try:
            self.table.put_item(Item=signup, ConditionExpression="attribute_not_exists(email)")
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            raise AlreadySignedUpError(signup["email"]) from error


def checked(form: dict[str, str]) -> dict[str, str]:
    """Return what a form holds, without the spaces around it."""
    signup = {name: form.get(name, "").strip() for name in ("name", "email")}
    if not signup["name"] or "@" not in signup["email"]:
        raise MalformedSignupError("a signup has a name and an address")
    return signup
