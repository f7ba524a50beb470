"""A traffic profile: routes and how often they are asked for, where there is no log to read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, Field

from cdk_ecs_xray.files.field_limits import within
from cdk_ecs_xray.files.model_file import read_model
from cdk_ecs_xray.sampling.matching import Request
from cdk_ecs_xray.sampling.rules import ANYTHING, STRICT, SamplingRule

RequestsPerSecond = Annotated[
    float, AfterValidator(within(0, 10_000_000, "Write how many there are in a second."))
]


class RouteTraffic(BaseModel):
    """One route's root requests: those that start a trace.

    :param requests_per_second: of all processes together, on average.
    """

    model_config = STRICT

    requests_per_second: RequestsPerSecond
    method: str | None = None
    host: str | None = None
    path: str | None = None
    service: str | None = None

    @property
    def request(self) -> Request:
        """What an SDK knows about such a request."""
        return Request(
            host=self.host,
            http_method=self.method,
            url_path=self.path,
            service_name=self.service,
        )


class TrafficProfile(BaseModel):
    """The traffic of all routes, the same in every second."""

    model_config = STRICT

    routes: Annotated[tuple[RouteTraffic, ...], Field(strict=False, min_length=1)]

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """Read a YAML or JSON file.

        :raises ConfigurationError: with every problem of the file.
        """
        return read_model(path, cls)

    def scaled(self, factor: float) -> Self:
        """Return the same mix with so many times the requests."""
        routes = (
            route.model_copy(update={"requests_per_second": route.requests_per_second * factor})
            for route in self.routes
        )
        return self.model_copy(update={"routes": tuple(routes)})

    @classmethod
    def spread_over(cls, rules: tuple[SamplingRule, ...], requests_per_second: float) -> Self:
        """Return a rate spread evenly over one route for each rule and one that no rule has."""
        share = requests_per_second / (len(rules) + 1)
        routes = [
            RouteTraffic(
                requests_per_second=share,
                method=_example(rule.http_method, "GET"),
                host=_example(rule.host, "example.com"),
                path=_example(rule.url_path, "/"),
                service=_example(rule.service_name, "service"),
            )
            for rule in rules
        ]
        rest = RouteTraffic(
            requests_per_second=share,
            method="GET",
            host="no-rule.invalid",
            path="/no/rule/has/this",
            service="no-rule",
        )
        return cls(routes=(*routes, rest))


def _example(pattern: str, otherwise: str) -> str:
    """Return a text that a pattern matches."""
    return otherwise if pattern == ANYTHING else pattern.replace("*", "x").replace("?", "x")
