"""A malformed address raises in the SDKs for Python and Node while the app imports them."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.reach import reach
from cdk_ecs_xray.review.rule import Found, Rule, each_app
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.address import ADDRESS
from cdk_ecs_xray.templates.model import Container, TaskDefinition


def _check(task: TaskDefinition, app: Container) -> Iterator[Found]:
    found = reach(app, task)
    if found.fault == "address-malformed":
        yield Found(
            place=app.place,
            what=f"{ADDRESS} must be host:port",
            got=f"'{found.address}', and {found.reason.partition(': ')[2]}",
            fix="Write host:port, such as 127.0.0.1:2000; the SDKs for Python and Node raise at "
            "import.",
        )


RULE = Rule(
    id="address-malformed",
    severity=Severity.ERROR,
    title="An address at which the SDK raises",
    source=f"{XRAY}/xray-sdk-python-configuration.html",
    check=each_app(_check),
)
