"""An account that answers from a dictionary, for checks that only read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from cdk_ecs_xray.templates.stack_source import StackSource
from cdk_ecs_xray.verify.deployment import Deployment

XRAY_SDK = {"AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000", "AWS_XRAY_TRACING_NAME": "orders"}


class _MissingError(Exception):
    """Something that is not there."""


class _Exceptions:
    ClientError = ClientError
    ResourceNotFoundException = _MissingError
    ClusterNotFoundException = _MissingError


class Account:
    """Session and every client in one: an operation answers what it was given.

    :param answers: by operation; a function gets the arguments, an exception is raised.
    """

    region_name = "eu-west-1"
    exceptions = _Exceptions

    def __init__(self, **answers: Any) -> None:
        self._answers = answers

    def client(self, service: str, **_: object) -> Account:
        del service
        return self

    def get_paginator(self, operation: str) -> Account:
        return Account(paginate=lambda **arguments: [self._answer(operation, arguments)])

    def __getattr__(self, operation: str) -> Any:
        return lambda **arguments: self._answer(operation, arguments)

    def _answer(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        answer = self._answers[operation]
        if isinstance(answer, Exception):
            raise answer
        return answer(**arguments) if callable(answer) else answer


def stack(*containers: Mapping[str, Any], **services: Sequence[Mapping[str, Any]]) -> StackSource:
    """Return a stack with a service ``Orders`` of these containers, and others by name."""
    resources: dict[str, Any] = {}
    for name, definitions in {"Orders": containers, **services}.items():
        resources[f"{name}Task"] = {
            "Type": "AWS::ECS::TaskDefinition",
            "Properties": {"ContainerDefinitions": list(definitions)},
        }
        resources[name] = {
            "Type": "AWS::ECS::Service",
            "Properties": {"ServiceName": name.lower(), "TaskDefinition": {"Ref": f"{name}Task"}},
        }
    return StackSource(
        name="shop",
        path="dev/shop",
        environment="dev",
        account=None,
        region="eu-west-1",
        file="shop.template.json",
        text="",
        template={"Resources": resources},
    )


def app(name: str = "app", **variables: str) -> Mapping[str, Any]:
    """Return an app's container."""
    return {
        "Name": name,
        "Image": "orders:7",
        "Environment": [{"Name": key, "Value": value} for key, value in variables.items()],
    }


def daemon(group: str = "/shop/xray", prefix: str = "xray") -> Mapping[str, Any]:
    """Return the X-Ray daemon's container."""
    return {
        "Name": "xray",
        "Image": "public.ecr.aws/xray/aws-xray-daemon:3.6.6",
        "LogConfiguration": {
            "LogDriver": "awslogs",
            "Options": {"awslogs-group": group, "awslogs-stream-prefix": prefix},
        },
    }


def deployment(
    source: StackSource,
    *,
    running: Mapping[str, str] | None = None,
    names: Sequence[str] = (),
    **answers: Any,
) -> Deployment:
    """Return a deployment of one stack.

    :param running: variables of the app that runs; None where the stack was never deployed.
    :param names: of the services in the account's traces, none of which is the one looked for.
    """

    def describe_stacks(**_: object) -> Mapping[str, Any]:
        if running is None:
            raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStacks")
        return {"Stacks": [{"StackStatus": "CREATE_COMPLETE"}]}

    def get_trace_summaries(**arguments: object) -> Mapping[str, Any]:
        seen = [] if "FilterExpression" in arguments else list(names)
        return {"TraceSummaries": [{"Id": "1", "ServiceIds": [{"Name": one}]} for one in seen]}

    variables = [{"name": key, "value": value} for key, value in (running or {}).items()]
    arn = "arn:aws:ecs:eu-west-1:111122223333:service/shop/orders"
    resource = {
        "LogicalResourceId": "Orders",
        "PhysicalResourceId": arn,
        "ResourceType": "AWS::ECS::Service",
        "ResourceStatus": "CREATE_COMPLETE",
    }
    account = Account(
        **{
            "describe_stacks": describe_stacks,
            "list_stack_resources": {"StackResourceSummaries": [resource]},
            "describe_services": {"services": [{"status": "ACTIVE", "taskDefinition": "orders:7"}]},
            "describe_task_definition": {
                "taskDefinition": {
                    "containerDefinitions": [{"name": "app", "environment": variables}]
                }
            },
            "get_trace_segment_destination": {"Destination": "XRay", "Status": "ACTIVE"},
            "get_trace_summaries": get_trace_summaries,
            "get_sampling_statistic_summaries": {"SamplingStatisticSummaries": []},
            **answers,
        }
    )
    session: Any = account
    return Deployment(stacks=[source], session=session, account="111122223333", minutes=10)


def refused(operation: str) -> ClientError:
    """Return what AWS answers to whoever may not ask."""
    return ClientError({"Error": {"Code": "AccessDeniedException"}}, operation)


def log(**streams: Sequence[str]) -> Any:
    """Return the operation that reads lines, by the start of their stream's name."""

    def filter_log_events(logStreamNamePrefix: str = "", **_: object) -> Mapping[str, Any]:  # noqa: N803
        return {"events": [{"message": line} for line in _lines(streams, logStreamNamePrefix)]}

    return filter_log_events


def _lines(streams: Mapping[str, Sequence[str]], prefix: str) -> Iterator[str]:
    for name, lines in streams.items():
        if name.startswith(prefix):
            yield from lines
