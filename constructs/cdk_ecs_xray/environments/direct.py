"""``direct``: spans that go to X-Ray without a collector."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from cdk_ecs_xray.environments.values import shorthand, shorthand_schema
from cdk_ecs_xray.errors import ConfigurationError, InvalidValueError, Problem
from cdk_ecs_xray.files.field_limits import within
from cdk_ecs_xray.plan.direct import Direct


class DirectSpans(BaseModel):
    """What lets apps send spans to X-Ray by themselves. A distribution alone is short for it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    distribution: Literal["dotnet", "java", "node", "python"] = Field(
        description="AWS's OpenTelemetry distribution in the images: `dotnet`, `java`, `node` or "
        "`python`"
    )
    sampling_ratio: Annotated[float, AfterValidator(within(0, 1, "For 5 %, write 0.05."))] = Field(
        default=0.05, description="part of the traces that no caller decided"
    )
    botocore_in_image: bool = Field(
        default=False,
        description="true where the image of a Python app has botocore, which it needs",
    )

    @model_validator(mode="after")
    def _can_work(self) -> Self:
        try:
            self.choice()
        except ConfigurationError as error:
            first = error.problems[0]
            raise InvalidValueError(
                Problem(what=f"cannot work: {first.what}", got=first.got, fix=first.fix)
            ) from None
        return self

    def choice(self) -> Direct:
        """Return what the keys choose."""
        return Direct(
            distribution=self.distribution,
            sampling_ratio=self.sampling_ratio,
            botocore_in_image=self.botocore_in_image,
        )


DirectKey = Annotated[
    DirectSpans,
    shorthand("distribution"),
    Field(json_schema_extra=shorthand_schema("string")),
]
"""A distribution alone, or a mapping that says more."""
