"""``secrets``: variables of a container whose values ECS fetches when the task starts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from cdk_ecs_xray.environments.values import arn_of, require_variable_name, shorthand
from cdk_ecs_xray.environments.values import shorthand_schema as also
from cdk_ecs_xray.errors import InvalidValueError, Problem
from cdk_ecs_xray.files.field_limits import matching

_SECRETS_NAME = r"[A-Za-z0-9/_+=.@-]{1,512}"
_PARAMETER_NAME = r"/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*"
_AS_ECS_TAKES_IT = re.compile(
    rf"{_PARAMETER_NAME}"
    rf"|{arn_of('ssm', 'parameter/' + _PARAMETER_NAME)}"
    rf"|{arn_of('secretsmanager', f'secret:{_SECRETS_NAME}')}(:[^:]*:[^:]*:[^:]*)?",
    re.ASCII,
)
_SECRET = matching(
    rf"{_SECRETS_NAME}|{arn_of('secretsmanager', f'secret:{_SECRETS_NAME}')}",
    "the name or the ARN of a secret",
    fix="Such as shop/db.",
)
_PARAMETER = matching(
    rf"{_PARAMETER_NAME}|{arn_of('ssm', 'parameter/' + _PARAMETER_NAME)}",
    "the name or the ARN of a parameter",
    fix="Such as /shop/db-password.",
)

# ECS reads what follows the secret's ARN at its colons.
_KEY = matching(r"[^:]+", "a key without colons", fix="Such as password, or leave it out.")


class Secret(BaseModel):
    """Where a variable's value comes from; a text is what ECS itself takes as ``valueFrom``."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    value_from: str | None = Field(
        default=None, description="as ECS takes it: an ARN, or the name of a parameter"
    )
    secret: Annotated[str, AfterValidator(_SECRET)] | None = Field(
        default=None, description="name or ARN of a secret in Secrets Manager"
    )
    key: Annotated[str, AfterValidator(_KEY)] | None = Field(
        default=None, description="one key of a secret that holds JSON; without it the whole"
    )
    parameter: Annotated[str, AfterValidator(_PARAMETER)] | None = Field(
        default=None, description="name or ARN of a parameter in Parameter Store"
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [
            name
            for name in ("value_from", "secret", "parameter")
            if getattr(self, name) is not None
        ]
        if not given:
            raise InvalidValueError(
                Problem(what="requires one of secret and parameter", fix="Add one of them.")
            )
        if len(given) > 1:
            raise InvalidValueError(
                Problem(
                    what="must have one of secret and parameter",
                    got=" and ".join(given),
                    fix="Write the one that holds the value.",
                )
            )
        if self.value_from is not None and _AS_ECS_TAKES_IT.fullmatch(self.value_from) is None:
            raise InvalidValueError(
                Problem(
                    what="must be the ARN of a secret, or the name or ARN of a parameter",
                    # It may be the secret itself.
                    got="other text, which is not shown",
                    fix="Such as /shop/db-password, or {secret: shop/db, key: password}.",
                )
            )
        if self.key is not None and self.secret is None:
            raise InvalidValueError(
                Problem(
                    what="must have key beside secret only",
                    got=f"key '{self.key}' beside {given[0]}",
                    fix="A parameter is read whole: remove key.",
                )
            )
        return self

    def reference(self, *, region: str, account: str, partition: str) -> str:
        """Return ``valueFrom``, for an account that may be a CDK token."""
        if self.value_from is not None:
            return self.value_from
        if self.parameter is not None:
            return self.parameter
        secret = str(self.secret)
        if not secret.startswith("arn:"):
            secret = f"arn:{partition}:secretsmanager:{region}:{account}:secret:{secret}"
        return secret if self.key is None else f"{secret}:{self.key}::"


def _names(values: Mapping[str, Any]) -> Mapping[str, Any]:
    for name in values:
        require_variable_name(name)
    return values


Secrets = Annotated[
    Mapping[
        str,
        Annotated[Secret, shorthand("value_from"), Field(json_schema_extra=also("string"))],
    ],
    AfterValidator(_names),
]
