"""A real `cdk deploy` leaves what the reference setup deploys, and every change is noticed."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from cdk_ecs_xray import LocalAwsError
from cdk_ecs_xray.local import EmbeddedAws
from cdk_ecs_xray.local.parity import compare, read_deployed, read_reference
from cdk_ecs_xray.local.parity.comparison import ADDITIONS

if TYPE_CHECKING:
    from tests.end_to_end.deploy.conftest import Cdk

ACCOUNT = "404040404040"
REGION = "eu-west-1"
STACK = "fq-dev-ledger-watcher"
GROUP = "/fq/dev/ledger-watcher/instance/xray"
# What ECS takes back from describe_task_definition to register another revision.
REGISTERED = ("family", "taskRoleArn", "executionRoleArn", "networkMode", "containerDefinitions",
              "placementConstraints", "requiresCompatibilities")  # fmt: skip


class Account:
    """The account that dev was deployed to, and changes to it that are taken back."""

    def __init__(self, session: boto3.Session, reference: Path) -> None:
        self.session = session
        self._reference = reference
        self.ecs, self.iam, self.logs = (self._client(name) for name in ("ecs", "iam", "logs"))

    def _client(self, name: str) -> Any:
        make: Any = self.session.client
        return make(name)

    def verdicts(self) -> Mapping[str, str]:
        """Compare; return the verdict of every field."""
        reference = read_reference(
            self._reference, environment="dev", service="ledger-watcher", region=REGION
        )
        rows = compare(reference.fields, read_deployed(self.session, stack_name=STACK))
        return {row.field: row.verdict for row in rows}

    def broken(self) -> Mapping[str, str]:
        """Compare; return what is not as in the reference setup."""
        return {
            field: verdict
            for field, verdict in self.verdicts().items()
            if verdict not in ("equal", "addition")
        }

    @property
    def service(self) -> Any:
        """The deployed service."""
        (cluster,) = self.ecs.list_clusters()["clusterArns"]
        (arn,) = self.ecs.list_services(cluster=cluster)["serviceArns"]
        (service,) = self.ecs.describe_services(cluster=cluster, services=[arn])["services"]
        return service

    @contextmanager
    def revision(self, change: Callable[[Any, Any], object]) -> Iterator[None]:
        """Run the service with app and sidecar changed, as a hand in the console would."""
        service = self.service
        before = service["taskDefinition"]
        described = self.ecs.describe_task_definition(taskDefinition=before)["taskDefinition"]
        definition = {key: copy.deepcopy(described[key]) for key in REGISTERED if key in described}
        change(*definition["containerDefinitions"])
        new = self.ecs.register_task_definition(**definition)["taskDefinition"]["taskDefinitionArn"]
        where = {"cluster": service["clusterArn"], "service": service["serviceName"]}
        self.ecs.update_service(**where, taskDefinition=new)
        yield
        self.ecs.update_service(**where, taskDefinition=before)

    def policies(self) -> Iterator[tuple[str, str, Any]]:
        """Return the inline policies of the service's roles."""
        definition = self.ecs.describe_task_definition(
            taskDefinition=self.service["taskDefinition"]
        )["taskDefinition"]
        for key in ("taskRoleArn", "executionRoleArn"):
            role = definition[key].rpartition("/")[2]
            for name in self.iam.list_role_policies(RoleName=role)["PolicyNames"]:
                policy = self.iam.get_role_policy(RoleName=role, PolicyName=name)
                yield role, name, policy["PolicyDocument"]

    def put_policy(self, role: str, name: str, document: Any) -> None:
        """Put an inline policy on a role."""
        self.iam.put_role_policy(
            RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document)
        )


@pytest.fixture(scope="module")
def account(
    aws: EmbeddedAws,
    assembly: Path,
    cdk_for: Callable[..., Cdk],
    bootstrap: Callable[[Cdk], None],
    repository: Path,
) -> Account:
    """The account after `cdk deploy 'dev/**'`."""
    cdk = cdk_for(assembly.parent, account=ACCOUNT, region=REGION)
    bootstrap(cdk)
    cdk("deploy", "--app", str(assembly), "dev/**", "--require-approval", "never")
    return Account(
        aws.session(account=ACCOUNT, region=REGION),
        repository / "tests" / "local" / "parity" / "reference_setup",
    )


@pytest.fixture(autouse=True)
def equal_before_and_after(account: Account) -> Iterator[None]:
    """Every test leaves the account as it was, so none hides behind another's change."""
    assert account.broken() == {}
    yield
    assert account.broken() == {}


def test_every_field_equals_the_reference_and_every_other_is_explained(
    account: Account,
) -> None:
    verdicts = account.verdicts()

    assert sum(verdict == "equal" for verdict in verdicts.values()) == 25
    assert set(verdicts.values()) == {"equal", "addition"}


def test_no_explanation_has_outlived_its_addition(account: Account) -> None:
    added = [field for field, verdict in account.verdicts().items() if verdict == "addition"]

    # The shipped service sets no variables of its own; any other may.
    for reason in set(ADDITIONS) - {"app.environment"}:
        assert any(field == reason or field.startswith(f"{reason}.") for field in added), reason


def set_key(container: int, key: str, value: object) -> Callable[..., None]:
    def change(*containers: dict[str, Any]) -> None:
        containers[container][key] = value

    return change


APP, SIDECAR = 0, 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (set_key(SIDECAR, "cpu", 64), {"sidecar.cpu": "different"}),
        (set_key(SIDECAR, "cpu", 0), {"sidecar.cpu": "different"}),
        (set_key(SIDECAR, "essential", False), {"sidecar.essential": "different"}),
        (set_key(SIDECAR, "memoryReservation", 255), {"sidecar.memoryReservation": "different"}),
        (set_key(SIDECAR, "image", "xray:latest"), {"sidecar.image": "different"}),
        (set_key(SIDECAR, "privileged", True), {"sidecar.privileged": "unexplained"}),
        (set_key(SIDECAR, "stopTimeout", 30), {"sidecar.stopTimeout": "unexplained"}),
        (set_key(APP, "links", []), {"app.links": "missing"}),
        (
            set_key(APP, "environment", []),
            {"app.environment.AWS_XRAY_DAEMON_ADDRESS": "missing"},
        ),
        (
            set_key(APP, "environment", [{"name": "AWS_XRAY_DAEMON_ADDRESS", "value": "x:2000"}]),
            {"app.environment.AWS_XRAY_DAEMON_ADDRESS": "different"},
        ),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_another_revision_is_noticed(
    account: Account, change: Callable[..., None], expected: Mapping[str, str]
) -> None:
    with account.revision(change):
        assert account.broken() == expected


def test_a_log_group_that_is_gone_is_noticed(account: Account) -> None:
    account.logs.delete_log_group(logGroupName=GROUP)

    broken = account.broken()

    account.logs.create_log_group(logGroupName=GROUP)
    assert account.broken() == {"log group.retentionInDays": "missing"}
    account.logs.put_retention_policy(logGroupName=GROUP, retentionInDays=30)
    assert broken == {"log group.name": "missing", "log group.retentionInDays": "missing"}


def test_another_retention_is_noticed(account: Account) -> None:
    account.logs.put_retention_policy(logGroupName=GROUP, retentionInDays=7)

    broken = account.broken()

    account.logs.put_retention_policy(logGroupName=GROUP, retentionInDays=30)
    assert broken == {"log group.retentionInDays": "different"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"Action": ["xray:PutTraceSegments"]}, {"policy.Action": "different"}),
        ({"Resource": "arn:aws:s3:::bucket"}, {"policy.Resource": "different"}),
        ({"Effect": "Deny"}, {"policy.Effect": "different"}),
        (
            {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
            {"policy.Condition": "unexplained"},
        ),
        (None, dict.fromkeys(
            ("policy.Sid", "policy.Effect", "policy.Action", "policy.Resource",
             "policy.attached to"), "missing")),
    ],
    ids=str,
)  # fmt: skip
def test_another_policy_is_noticed(
    account: Account, change: dict[str, Any] | None, expected: Mapping[str, str]
) -> None:
    ((role, name, document),) = (
        policy for policy in account.policies() if "XRayDaemonWriteAccess" in str(policy[2])
    )
    if change is None:
        account.iam.delete_role_policy(RoleName=role, PolicyName=name)
    else:
        changed = copy.deepcopy(document)
        changed["Statement"][0] |= change
        account.put_policy(role, name, changed)

    broken = account.broken()

    account.put_policy(role, name, document)
    assert broken == expected


def test_the_policy_on_the_execution_role_is_noticed(account: Account) -> None:
    (theirs, (execution_role, _, _)) = account.policies()
    role, name, document = theirs
    account.iam.delete_role_policy(RoleName=role, PolicyName=name)
    account.put_policy(execution_role, "moved", document)

    broken = account.broken()

    account.iam.delete_role_policy(RoleName=execution_role, PolicyName="moved")
    account.put_policy(role, name, document)
    assert broken == {"policy.attached to": "different"}


def test_a_stack_without_a_traced_service_is_refused_by_name(account: Account) -> None:
    with pytest.raises(LocalAwsError, match="stack fq-dev-sampling: AWS::ECS::Service not found"):
        read_deployed(account.session, stack_name="fq-dev-sampling")
