"""What single keys of a seed file may hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from cdk_ecs_xray.files.field_limits import matching

ClusterName = Annotated[
    str,
    AfterValidator(
        matching(r"[A-Za-z0-9_-]{1,255}", "1 to 255 letters, digits, hyphens and underscores")
    ),
]
RoleName = Annotated[
    str,
    AfterValidator(
        matching(r"[A-Za-z0-9_+=,.@-]{1,64}", "1 to 64 letters, digits and characters of _+=,.@-")
    ),
]
LogGroupName = Annotated[
    str,
    AfterValidator(
        matching(r"[A-Za-z0-9_/.#-]{1,512}", "1 to 512 letters, digits and characters of _/.#-")
    ),
]
ParameterName = Annotated[
    str,
    AfterValidator(
        matching(r"[A-Za-z0-9_./-]{1,1011}", "1 to 1011 letters, digits and characters of _./-")
    ),
]
ExportName = Annotated[
    str,
    AfterValidator(
        matching(r"[A-Za-z0-9:-]{1,255}", "1 to 255 letters, digits, colons and hyphens")
    ),
]
Action = Annotated[
    str, AfterValidator(matching(r"\*|[a-z0-9-]+:[A-Za-z0-9*?]+", "an action such as s3:GetObject"))
]
Region = Annotated[
    str, AfterValidator(matching(r"[a-z]{2}(-[a-z]+)+-[0-9]+", "a region such as eu-west-1"))
]
ListenerArn = Annotated[
    str,
    AfterValidator(
        matching(
            r"arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:listener/(app|net)"
            r"(/[A-Za-z0-9-]+){3}",
            "the ARN of a listener",
        )
    ),
]
TargetGroupArn = Annotated[
    str,
    AfterValidator(
        matching(
            r"arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:targetgroup(/[A-Za-z0-9-]+){2}",
            "the ARN of a target group",
        )
    ),
]
