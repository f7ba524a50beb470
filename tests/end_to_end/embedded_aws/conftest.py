"""One AWS emulator for these tests; each starts with an empty one."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cdk_ecs_xray.local import EmbeddedAws

DEADLINE = 120.0


@pytest.fixture(scope="session")
def running_aws() -> Iterator[EmbeddedAws]:
    """The server itself."""
    with EmbeddedAws.start() as aws:
        yield aws


@pytest.fixture
def aws(running_aws: EmbeddedAws) -> EmbeddedAws:
    """The server with nothing in it."""
    running_aws.reset()
    return running_aws


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait for a condition, and fail when it doesn't come true in time."""

    def wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < deadline, "the condition did not come true in time"
            time.sleep(0.02)

    return wait


class Stack:
    """One CloudFormation stack and the template last given to it."""

    def __init__(self, client: Any, name: str = "signup") -> None:
        self.name = name
        self._client = client

    def create(self, template: dict[str, Any], **members: Any) -> str:
        """Create it; its status in the end."""
        self._client.create_stack(**self._request(template), **members)
        return self._settled()

    def update(self, template: dict[str, Any], **members: Any) -> str:
        """Update it; its status in the end."""
        self._client.update_stack(**self._request(template), **members)
        return self._settled()

    def delete(self) -> str:
        """Delete it; its status in the end."""
        identifier = self._described(self.name)["StackId"]
        self._client.delete_stack(StackName=self.name)
        return self._settled(identifier)

    def _request(self, template: dict[str, Any]) -> dict[str, Any]:
        return {
            "StackName": self.name,
            "TemplateBody": json.dumps(template),
            "Capabilities": ["CAPABILITY_IAM"],
        }

    def _described(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self._client.describe_stacks(StackName=name)["Stacks"][0]
        return found

    def _settled(self, name: str = "") -> str:
        deadline = time.monotonic() + DEADLINE
        while True:
            status: str = self._described(name or self.name)["StackStatus"]
            if not status.endswith("IN_PROGRESS"):
                return status
            assert time.monotonic() < deadline, f"the stack stayed {status}"
            time.sleep(0.02)

    def outputs(self) -> dict[str, str]:
        """Its outputs."""
        found = self._described(self.name).get("Outputs", [])
        return {output["OutputKey"]: output["OutputValue"] for output in found}

    def physical_id(self, logical_id: str) -> str:
        """What a resource is called outside the stack."""
        resource = self._client.describe_stack_resource(
            StackName=self.name, LogicalResourceId=logical_id
        )
        found: str = resource["StackResourceDetail"]["PhysicalResourceId"]
        return found

    def reasons(self) -> list[str]:
        """Why things happened, newest first."""
        events = self._client.describe_stack_events(StackName=self.name)["StackEvents"]
        return [
            event["ResourceStatusReason"] for event in events if "ResourceStatusReason" in event
        ]

    def drift(self) -> dict[str, tuple[str, list[str]]]:
        """Each resource that was checked: its status, and the paths that differ."""
        detection = self._client.detect_stack_drift(StackName=self.name)["StackDriftDetectionId"]
        deadline = time.monotonic() + DEADLINE
        while True:
            status = self._client.describe_stack_drift_detection_status(
                StackDriftDetectionId=detection
            )["DetectionStatus"]
            if status != "DETECTION_IN_PROGRESS":
                break
            assert time.monotonic() < deadline, "drift detection did not end"
        drifts = self._client.describe_stack_resource_drifts(StackName=self.name)
        return {
            drift["LogicalResourceId"]: (
                drift["StackResourceDriftStatus"],
                [d["PropertyPath"] for d in drift.get("PropertyDifferences", [])],
            )
            for drift in drifts["StackResourceDrifts"]
        }


@pytest.fixture
def stack(aws: EmbeddedAws) -> Stack:
    """A stack that is not there yet."""
    return Stack(aws.client("cloudformation"))


@pytest.fixture
def stack_in(aws: EmbeddedAws) -> Callable[..., Stack]:
    """A stack in an account and region of choice."""

    def make(**where: str) -> Stack:
        return Stack(aws.client("cloudformation", **where))

    return make
