"""For every check a file that triggers it, and a neighbor that does not."""

from __future__ import annotations

from typing import Any

from cdk_ecs_xray.sampling import SamplingCheck

RULE = {"name": "checkout", "priority": 100, "fixed_rate": 0.5}
SEARCH = {"name": "search", "priority": 200, "fixed_rate": 0.1}
GROUP = {"name": "faults", "filter_expression": "fault"}


def rule(**changed: Any) -> dict[str, Any]:
    return RULE | changed


def document(*rules: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"rules": list(rules), **rest}


def groups(*entries: dict[str, Any]) -> dict[str, Any]:
    return document(RULE, groups=list(entries))


def insights(**settings: bool) -> dict[str, Any]:
    return groups(GROUP | {"insights": settings})


def many(count: int) -> list[dict[str, Any]]:
    return [rule(name=f"rule-{n}", url_path=f"/{n}/*") for n in range(count)]


def local(version: int, changed: dict[str, Any]) -> dict[str, Any]:
    entry = {"http_method": "GET", "url_path": "/a", "fixed_target": 1, "rate": 0.1}
    return {
        "version": version,
        "default": {"fixed_target": 1, "rate": 0.05},
        "rules": [entry | changed],
    }


API_RULE = {"RuleName": "a", "Priority": 1, "FixedRate": 0.1, "ReservoirSize": 1}
BOOST = {"max_rate": 0.9, "cooldown_window_minutes": 10}
# check, file that triggers it, neighbor that does not
CASES: list[tuple[SamplingCheck, dict[str, Any], dict[str, Any]]] = [
    (SamplingCheck.UNREADABLE, {}, document(RULE)),
    (SamplingCheck.UNKNOWN_KEY, document(rule(fixed_ratio=1)), document(rule(reservoir_size=1))),
    (SamplingCheck.MISSING_KEY, document({"name": "a", "priority": 1}), document(RULE)),
    (
        SamplingCheck.MISSING_KEY,
        document(RULE, {"name": "b", "fixed_rate": 1}),
        document(RULE, SEARCH | {"host": "a"}, rule(name="b", priority=9, host="b")),
    ),
    (SamplingCheck.WRONG_TYPE, document(rule(fixed_rate="5 %")), document(rule(fixed_rate=0.05))),
    (SamplingCheck.OUT_OF_RANGE, document(rule(fixed_rate=5)), document(rule(fixed_rate=1))),
    (SamplingCheck.OUT_OF_RANGE, document(rule(priority=10_000)), document(rule(priority=9_999))),
    (
        SamplingCheck.OUT_OF_RANGE,
        document(rule(reservoir_size=-1)),
        document(rule(reservoir_size=0)),
    ),
    (
        SamplingCheck.OUT_OF_RANGE,
        document(rule(environments={"dev": {"fixed_rate": 2}})),
        document(rule(environments={"dev": {"fixed_rate": 1}})),
    ),
    (
        SamplingCheck.OUT_OF_RANGE,
        document(rule(sampling_rate_boost=BOOST | {"cooldown_window_minutes": 0})),
        document(rule(sampling_rate_boost=BOOST)),
    ),
    (
        SamplingCheck.OUT_OF_RANGE,
        document(rule(environments={"dev": {"boost": BOOST | {"max_rate": 2}}})),
        document(rule(environments={"dev": {"boost": BOOST}})),
    ),
    (
        SamplingCheck.OUT_OF_RANGE,
        document(RULE, default={"fixed_rate": 1.1}),
        document(RULE, default={"fixed_rate": 1}),
    ),
    (SamplingCheck.TEXT_LENGTH, document(rule(host="h" * 65)), document(rule(host="h" * 64))),
    (SamplingCheck.TEXT_LENGTH, document(rule(url_path="")), document(rule(url_path="/"))),
    (SamplingCheck.NAME_LENGTH, document(rule(name="n" * 33)), document(rule(name="n" * 27))),
    (SamplingCheck.NAME_LENGTH, document(rule(name="n" * 28)), document(rule(name="n" * 27))),
    (
        SamplingCheck.NAME_LENGTH,
        groups(GROUP | {"name": "g" * 28}),
        groups(GROUP | {"name": "g" * 27}),
    ),
    (SamplingCheck.RESERVED_NAME, document(rule(name="Default")), document(rule(name="default"))),
    (SamplingCheck.DUPLICATE, document(RULE, rule(host="b")), document(rule(host="b"), SEARCH)),
    (SamplingCheck.DUPLICATE, groups(GROUP, GROUP), groups(GROUP, GROUP | {"name": "errors"})),
    (SamplingCheck.QUOTA, document(*many(26)), document(*many(25), rule(enabled=False))),
    (
        SamplingCheck.QUOTA,
        groups(*(GROUP | {"name": f"g{n}"} for n in range(26))),
        groups(*(GROUP | {"name": f"g{n}"} for n in range(25))),
    ),
    (
        SamplingCheck.QUOTA,
        document(*many(25), rule(enabled=False, environments={"prod": {"enabled": True}})),
        document(*many(25), rule(enabled=False)),
    ),
    (
        SamplingCheck.FILTER_EXPRESSION,
        groups(GROUP | {"filter_expression": "fualt"}),
        groups(GROUP),
    ),
    (
        SamplingCheck.NOTIFICATIONS,
        insights(notifications=True),
        insights(enabled=True, notifications=True),
    ),
    (
        SamplingCheck.UNREACHABLE,
        document(rule(url_path="/api/*"), SEARCH | {"url_path": "/API/v1/*"}),
        document(rule(url_path="/api/*"), SEARCH | {"url_path": "/ap*"}),
    ),
    (
        SamplingCheck.UNREACHABLE,
        document(rule(http_method="GET"), SEARCH | {"http_method": "GET", "url_path": "/a"}),
        document(rule(http_method="GET"), SEARCH | {"http_method": "G?T", "url_path": "/a"}),
    ),
    (
        SamplingCheck.UNREACHABLE,
        document(RULE, SEARCH),
        document(rule(attributes={"a": "b"}), SEARCH),
    ),
    (SamplingCheck.UNREACHABLE, document(RULE, SEARCH), document(rule(enabled=False), SEARCH)),
    (
        SamplingCheck.BOOST,
        document(rule(fixed_rate=0.9, sampling_rate_boost=BOOST)),
        document(rule(sampling_rate_boost=BOOST)),
    ),
    *(
        (
            SamplingCheck.NEVER_MATCHES,
            document(rule(**{field: wrong})),
            document(rule(**{field: right})),
        )
        for field, wrong, right in (
            ("host", "http://api.example.org", "api.example.org"),
            ("host", "*.example.org/v1", "*.example.org"),
            ("host", "api.example.org:80", "api.example.org:8080"),
            ("host", "a.example.org,b.example.org", "?.example.org"),
            ("host", "(a|b).example.org", "*.example.org"),
            ("url_path", "api/orders", "/api/orders"),
            ("url_path", "http://example.org/x", "*/x"),
            ("url_path", "/orders?page=2", "/orders?page"),
            ("url_path", "/orders?id=*", "/orders/?*"),
            ("url_path", "/orders/.*", "/orders/*.*"),
            ("url_path", "^/orders", "/odata/$metadata"),
            ("url_path", "/orders/[0-9]+", "/orders/?"),
            ("url_path", "/(orders|carts)/*", "/Orders(7)"),
            ("url_path", "/orders/{order_id}/items", "/orders/*/items"),
            ("url_path", "/orders/:id", "/v1/orders:cancel"),
            ("url_path", "/orders/<int:id>", "/orders/*"),
            ("url_path", "/orders#top", "/orders"),
            ("url_path", "/orders,/carts", "/orders,carts"),
            ("url_path", "/my orders", "/my%20orders"),
            ("http_method", "POST,PUT", "P*"),
            ("http_method", "GET PUT", "?ET"),
            ("http_method", "ANY", "*"),
            ("service_type", "AWS::Fargate", "aws::ecs::container"),
            ("service_type", "AWS::ECS::Service", "AWS::E*"),
        )
    ),
    (
        SamplingCheck.DEPENDS_ON_SDK,
        document(rule(host="api.example.org:8080")),
        document(rule(host="api.example.org*")),
    ),
    (
        SamplingCheck.WORK_WITHOUT_REQUEST,
        document(rule(url_path="/health"), SEARCH | {"service_name": "jobs"}),
        document(rule(url_path="/health", service_name="web"), SEARCH | {"service_name": "jobs"}),
    ),
    (
        SamplingCheck.WORK_WITHOUT_REQUEST,
        document(rule(http_method="GET"), SEARCH | {"service_type": "AWS::EC2::Instance"}),
        document(rule(http_method="GET"), SEARCH | {"service_name": "a", "url_path": "/b"}),
    ),
    (
        SamplingCheck.NAME_AND_ARN,
        {"SamplingRule": API_RULE | {"RuleARN": "arn:aws:xray:eu-west-1:1:sampling-rule/a"}},
        {"SamplingRule": API_RULE},
    ),
    (
        SamplingCheck.NEW_FIELD,
        {"SamplingRule": API_RULE | {"Hostname": "a"}},
        {"SamplingRule": API_RULE},
    ),
    (
        SamplingCheck.UNKNOWN_KEY,
        local(1, {"host": "a"}),
        local(1, {"service_name": "a"}),
    ),
    (
        SamplingCheck.UNKNOWN_KEY,
        local(2, {"host": "a", "service_name": "b"}),
        local(2, {"host": "a"}),
    ),
    (
        SamplingCheck.SKIPPED_BY_SDKS,
        document(rule(attributes={"tier": "gold"})),
        document(rule(attributes={})),
    ),
    (
        SamplingCheck.SKIPPED_BY_SDKS,
        document(rule(resource_arn="arn:aws:ecs:*")),
        document(rule(resource_arn="*")),
    ),
    (SamplingCheck.SKIPPED_BY_SDKS, document(rule(version=2)), document(rule(version=1))),
]
