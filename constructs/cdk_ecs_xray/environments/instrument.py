"""``instrument``: how a service is traced without touching its code."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from cdk_ecs_xray.environments.values import Text, shorthand, shorthand_schema
from cdk_ecs_xray.errors import ConfigurationError, InvalidValueError, Problem
from cdk_ecs_xray.files.field_limits import within
from cdk_ecs_xray.instrumentation import Instrumentation
from cdk_ecs_xray.instrumentation.languages import LANGUAGES

_MOST_MEMORY_MIB = 10240
_OF_ONE_LANGUAGE = {"esm": "node", "libc": "dotnet"}


class Instrument(BaseModel):
    """What traces an app whose code stays as it is. A language alone is short for it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    language: Literal["dotnet", "java", "node", "python"] = Field(
        description="of the app: `dotnet`, `java`, `node` or `python`"
    )
    version: Text | None = Field(
        default=None, description="tag of the image; without it the tested one"
    )
    memory_mib: (
        Annotated[int, AfterValidator(within(6, _MOST_MEMORY_MIB, "128 is the most by default."))]
        | None
    ) = Field(default=None, description="hard limit of the init container")
    esm: bool | None = Field(default=None, description="true for a Node app of ES modules")
    libc: Literal["glibc", "musl"] | None = Field(
        default=None, description="of a .NET app's image: `musl` for Alpine"
    )

    application_signals: bool = Field(
        default=False,
        description="adds the metrics of CloudWatch Application Signals, which AWS charges for; "
        "with `collector: cloudwatch-agent`",
    )

    @model_validator(mode="after")
    def _fits_the_language(self) -> Self:
        for key, language in _OF_ONE_LANGUAGE.items():
            if getattr(self, key) is not None and self.language != language:
                raise InvalidValueError(
                    Problem(
                        what=f"must have no {key} for {self.language}",
                        got=str(getattr(self, key)),
                        fix=f"It is for {language} alone: remove it.",
                    )
                )
        try:
            self.instrumentation(registry=None)
        except ConfigurationError as error:
            first = error.problems[0]
            raise InvalidValueError(
                Problem(
                    what=f"has a value that cannot be: {first.what}", got=first.got, fix=first.fix
                )
            ) from None
        return self

    def instrumentation(self, *, registry: str | None) -> Instrumentation:
        """Return what the keys choose.

        :param registry: of the image; None for the public gallery.
        """
        keys = ("version", "memory_mib", "esm", "libc")
        options: dict[str, Any] = {key: getattr(self, key) for key in keys}
        options["registry"] = registry
        options["application_signals"] = self.application_signals or None
        given = {key: value for key, value in options.items() if value is not None}
        return LANGUAGES[self.language](**given)


InstrumentKey = Annotated[
    Instrument,
    shorthand("language"),
    Field(json_schema_extra=shorthand_schema("string")),
]
"""A language alone, or a mapping that says more."""
