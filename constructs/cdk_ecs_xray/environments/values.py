"""Kinds of values that keys of environment files share."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from cdk_ecs_xray.errors import InvalidValueError, Problem
from cdk_ecs_xray.files.field_limits import matching, shown, within

MOST_CPU = 196608
"""CPU units of the largest task on EC2 that ``RegisterTaskDefinition`` takes."""

Percent = Annotated[int, AfterValidator(within(1, 100, "70 is usual."))]
Seconds = Annotated[int, AfterValidator(within(0, 2147483647, "60 is usual."))]
Port = Annotated[int, AfterValidator(within(1, 65535, "80 is usual."))]
Count = Annotated[int, AfterValidator(within(0, 5000, "1 runs one task."))]
Text = Annotated[
    str,
    AfterValidator(
        matching(r"\S(.*\S)?", "text that is not empty", fix="Write it, or leave it out.")
    ),
]
AbsolutePath = Annotated[
    str, AfterValidator(matching(r"/\S*", "an absolute path", fix="Begin it with /."))
]
Words = Annotated[tuple[str, ...], Field(strict=False)]
Image = Annotated[
    str,
    AfterValidator(
        matching(
            r"[^\s$]*[^\s$:@]",
            "an image like registry/name:tag, without spaces",
        )
    ),
]
AwsName = Annotated[
    str,
    AfterValidator(matching(r"[A-Za-z0-9_-]{1,255}", "letters, digits, hyphens and underscores")),
]

# The ids of EC2, old and new: "Resource IDs" in its user guide.
_HEX = r"[0-9a-f]{8}([0-9a-f]{9})?"
_REFERENCE = re.compile(r"ssm:/?[\w./-]+|export:[A-Za-z0-9:-]+", re.ASCII)


def _reference(kind: str, pattern: str, example: str) -> Callable[[str], str]:
    compiled = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if compiled.fullmatch(value) is None and _REFERENCE.fullmatch(value) is None:
            raise InvalidValueError(
                Problem(
                    what=f"must be {kind}, ssm:PARAMETER or export:NAME",
                    got=shown(value),
                    fix=f"Such as {example}.",
                )
            )
        return value

    return check


def arn_of(service: str, rest: str) -> str:
    """Return the pattern of ARNs of a service."""
    return rf"arn:aws[a-z-]*:{service}:[a-z0-9-]*:(\d{{12}})?:{rest}"


VpcId = Annotated[str, AfterValidator(_reference("a VPC's id", r"vpc-" + _HEX, "vpc-0a1b2c3d"))]
SubnetId = Annotated[
    str, AfterValidator(_reference("a subnet's id", r"subnet-" + _HEX, "subnet-0a1b2c3d"))
]
SecurityGroupId = Annotated[
    str, AfterValidator(_reference("a security group's id", r"sg-" + _HEX, "sg-0a1b2c3d"))
]
FileSystemId = Annotated[
    str, AfterValidator(_reference("a file system's id", r"fs-[0-9a-f]{8,40}", "fs-0a1b2c3d"))
]
TargetGroupArn = Annotated[
    str,
    AfterValidator(
        _reference(
            "the ARN of a target group",
            arn_of("elasticloadbalancing", r"targetgroup/[\w-]+/[0-9a-f]+"),
            "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/api/0123456789abcdef",
        )
    ),
]
ListenerArn = Annotated[
    str,
    AfterValidator(
        _reference(
            "the ARN of a listener",
            arn_of("elasticloadbalancing", r"listener/app/[\w-]+/[0-9a-f]+/[0-9a-f]+"),
            "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/web/0123/4567",
        )
    ),
]
Role = Annotated[
    str,
    AfterValidator(
        matching(
            r"[\w+=,.@-]{1,64}|" + arn_of("iam", r"role/[\w+=,.@/-]+"),
            "the name or the ARN of an IAM role",
            fix="Such as orders-task.",
        )
    ),
]


def resolved(value: str) -> Any:
    """Return what a template holds for a value: itself, a parameter's value or an import."""
    if value.startswith("ssm:"):
        return f"{{{{resolve:ssm:{value.removeprefix('ssm:')}}}}}"
    if value.startswith("export:"):
        return {"Fn::ImportValue": value.removeprefix("export:")}
    return value


def _variables(values: Mapping[str, str]) -> Mapping[str, str]:
    for name in values:
        require_variable_name(name)
    return values


def require_variable_name(name: str) -> None:
    """Refuse what no variable of a process can be called."""
    # https://pubs.opengroup.org/onlinepubs/9699919799/basedefs/V1_chap08.html
    if not name or "=" in name or not name.isprintable():
        raise InvalidValueError(
            Problem(
                what="must have names that are not empty and hold no '='",
                got=shown(name),
                fix="Rename the variable.",
            )
        )


Variables = Annotated[Mapping[str, str], AfterValidator(_variables)]


def _tags(values: Mapping[str, str]) -> Mapping[str, str]:
    for name in values:
        if not 1 <= len(name) <= 128 or name.lower().startswith("aws:"):  # noqa: PLR2004 - AWS's
            raise InvalidValueError(
                Problem(
                    what="must have names of 1 to 128 characters that do not begin with aws:",
                    got=shown(name),
                    fix="Rename the tag.",
                )
            )
        if len(values[name]) > 256:  # noqa: PLR2004 - AWS's
            raise InvalidValueError(
                Problem(
                    what=f"must have values of at most 256 characters, as AWS takes for '{name}'",
                    got=f"{len(values[name])} characters",
                    fix="Shorten it.",
                )
            )
    return values


Tags = Annotated[Mapping[str, str], AfterValidator(_tags)]


def shorthand(key: str) -> BeforeValidator:
    """Take a text, or a true or false, for a mapping that has it under a key."""

    def spelled_out(value: object) -> object:
        return {key: value} if isinstance(value, str | bool) else value

    return BeforeValidator(spelled_out)


def shorthand_schema(kind: Literal["string", "boolean"]) -> Callable[[dict[str, Any]], None]:
    """Let the schema of a mapping take its shorthand as well."""

    def add(schema: dict[str, Any]) -> None:
        kept = dict(schema)
        schema.clear()
        for shared in ("description", "default"):
            if shared in kept:
                schema[shared] = kept.pop(shared)
        schema["anyOf"] = [{"type": kind}, *kept.pop("anyOf", [kept] if kept else [])]

    return add
