"""A malformed address raises in the SDKs for Python and Node while the app imports them."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.answer import Reach
from cdk_ecs_xray.review.reach import each_reach
from cdk_ecs_xray.review.rule import Found, Rule
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.container import Container
from cdk_ecs_xray.templates.model import TaskDefinition


def _check(_task: TaskDefinition, app: Container, way: Reach) -> Iterator[Found]:
    if way.fault != "address-malformed":
        return
    why = way.reason.partition(": ")[2]
    if way.protocol == "xray":
        yield Found(
            place=app.place,
            what=f"{way.variable} must be host:port",
            got=f"'{way.address}', and {why}",
            fix="Write host:port, such as 127.0.0.1:2000; the SDKs for Python and Node raise at "
            "import.",
        )
    else:
        yield Found(
            place=app.place,
            what=f"{way.variable} must be a URL",
            got=f"'{way.address}'",
            fix="Write a URL with host and port, such as http://localhost:4318.",
        )


RULE = Rule(
    id="address-malformed",
    severity=Severity.ERROR,
    title="An address at which the SDK raises",
    source=f"{XRAY}/xray-sdk-python-configuration.html",
    check=each_reach(_check),
)
