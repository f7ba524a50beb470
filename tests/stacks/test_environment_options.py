"""Every key of an environment file reaches the template, 0 and false included."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Synthesised

Variables = Callable[[Mapping[str, Any]], dict[str, Any]]
Stages = Callable[..., Mapping[str, "Synthesised"]]
LINK = "https://console.aws.amazon.com"

EVERY_OPTION: Mapping[str, Any] = {
    "name": "qa",
    "namespace": "acme",
    "account": "111111111111",
    "region": "eu-west-1",
    "log_retention_days": 400,
    "removal_policy": "retain",
    "services": [
        {
            "name": "api",
            "image": "registry.example/api:7",
            "port": 8080,
            "cpu": 0,
            "memory_reservation_mib": 4,
            "desired_count": 0,
            "network_mode": "host",
            "sidecar": "safe",
            "environment": {"LEVEL": "0", "EMPTY": "", "AWS_XRAY_TRACING_NAME": "theirs"},
            "cluster": "shared",
        },
        {
            "name": "worker",
            "image": "worker:1",
            "tracing_name": "qa worker",
            "sidecar": "terraform",
            "new_cluster": {"instance_type": "c5.large", "instance_count": 3},
        },
    ],
}


@pytest.fixture(scope="module")
def stacks(stages: Stages) -> Mapping[str, Synthesised]:
    """An environment with every option, one with none, and one in China."""
    return stages(
        EVERY_OPTION,
        {"name": "dev"},
        {"name": "cn", "account": "222222222222", "region": "cn-north-1"},
    )


def test_stacks_are_named_by_namespace_environment_and_service(
    stacks: Mapping[str, Synthesised],
) -> None:
    assert set(stacks) == {
        "acme-qa-sampling",
        "acme-qa-api",
        "acme-qa-worker",
        "fq-dev-sampling",
        "fq-dev-api",
        "fq-cn-sampling",
        "fq-cn-api",
    }


@pytest.mark.parametrize(
    ("stack", "environment"),
    [
        ("acme-qa-sampling", "aws://111111111111/eu-west-1"),
        ("acme-qa-api", "aws://111111111111/eu-west-1"),
        ("fq-dev-sampling", "aws://unknown-account/unknown-region"),
        ("fq-dev-api", "aws://unknown-account/unknown-region"),
    ],
)
def test_stacks_go_where_the_file_says_or_wherever_the_user_is(
    stacks: Mapping[str, Synthesised], stack: str, environment: str
) -> None:
    assert stacks[stack].environment == environment


def test_naming_account_and_region_looks_nothing_up(
    stages: Stages, tmp_path: Path, stacks: Mapping[str, Synthesised]
) -> None:
    stages({"name": "dev", "account": "111111111111", "region": "eu-west-1"}, folder=tmp_path)

    manifests = [json.loads(path.read_text()) for path in tmp_path.rglob("manifest.json")]
    assert len(manifests) == 2
    assert [manifest.get("missing") for manifest in manifests] == [None, None]
    subnets = stacks["acme-qa-worker"].resources("AWS::EC2::Subnet")
    assert [subnet["Properties"]["AvailabilityZone"] for subnet in subnets.values()] == [
        {"Fn::Select": [zone, {"Fn::GetAZs": ""}]} for zone in range(2)
    ]


def test_a_service_joins_the_cluster_it_names_and_creates_none(
    stacks: Mapping[str, Synthesised],
) -> None:
    api = stacks["acme-qa-api"]

    assert api.properties("AWS::ECS::Service")["Cluster"] == "shared"
    created = {resource["Type"] for resource in api.template["Resources"].values()}
    assert created == {
        "AWS::ECS::Service",
        "AWS::ECS::TaskDefinition",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::Logs::LogGroup",
    }


def test_a_service_without_one_gets_instances_of_its_choice(
    stacks: Mapping[str, Synthesised],
) -> None:
    worker = stacks["acme-qa-worker"]

    (cluster,) = worker.resources("AWS::ECS::Cluster")
    assert worker.properties("AWS::ECS::Service")["Cluster"] == {"Ref": cluster}
    template = worker.properties("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    assert template["InstanceType"] == "c5.large"
    group = worker.properties("AWS::AutoScaling::AutoScalingGroup")
    assert (group["MinSize"], group["MaxSize"]) == ("3", "3")
    # The instances find the cluster by its name in their user data.
    assert {"Ref": cluster} in template["UserData"]["Fn::Base64"]["Fn::Join"][1]


def test_nothing_can_connect_to_the_instances(stacks: Mapping[str, Synthesised]) -> None:
    worker = stacks["acme-qa-worker"]

    assert "SecurityGroupIngress" not in worker.properties("AWS::EC2::SecurityGroup")
    assert worker.resources("AWS::EC2::SecurityGroupIngress") == {}
    options = worker.properties("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]["MetadataOptions"]
    assert options["HttpTokens"] == "required"
    assert options["HttpPutResponseHopLimit"] == 1


def test_numbers_reach_the_service_and_its_app_0_included(
    stacks: Mapping[str, Synthesised],
) -> None:
    api = stacks["acme-qa-api"]

    assert api.properties("AWS::ECS::Service")["DesiredCount"] == 0
    container = api.containers()["api"]
    assert (container["Cpu"], container["MemoryReservation"]) == (0, 4)
    assert container["Image"] == "registry.example/api:7"
    assert [mapping["ContainerPort"] for mapping in container["PortMappings"]] == [8080]


def test_no_port_publishes_none(stacks: Mapping[str, Synthesised]) -> None:
    assert "PortMappings" not in stacks["acme-qa-worker"].containers()["worker"]


def test_the_network_mode_reaches_task_and_address(
    stacks: Mapping[str, Synthesised], variables: Variables
) -> None:
    for stack, mode, address in (
        ("acme-qa-api", "host", "127.0.0.1:2000"),
        ("acme-qa-worker", "bridge", "acme-qa-xray:2000"),
    ):
        assert stacks[stack].properties("AWS::ECS::TaskDefinition")["NetworkMode"] == mode
        app = stacks[stack].containers()[stack.rpartition("-")[2]]
        assert variables(app)["AWS_XRAY_DAEMON_ADDRESS"] == address


def test_variables_of_the_file_win_over_tracings(
    stacks: Mapping[str, Synthesised], variables: Variables
) -> None:
    api = stacks["acme-qa-api"]

    set_by_file = {"LEVEL": "0", "EMPTY": "", "AWS_XRAY_TRACING_NAME": "theirs"}
    assert set_by_file.items() <= variables(api.containers()["api"]).items()
    (warning,) = api.warnings
    assert "AWS_XRAY_TRACING_NAME is already set" in warning


def test_the_name_in_xray_reaches_the_app_and_the_link(
    stacks: Mapping[str, Synthesised], variables: Variables
) -> None:
    worker = stacks["acme-qa-worker"]

    assert variables(worker.containers()["worker"])["AWS_XRAY_TRACING_NAME"] == "qa worker"
    assert "service(%22qa+worker%22)" in worker.template["Outputs"]["Traces"]["Value"].replace(
        "%20", "+"
    )
    assert worker.warnings == []


@pytest.mark.parametrize(("stack", "essential"), [("acme-qa-api", False), ("acme-qa-worker", True)])
def test_the_sidecar_has_the_profile_of_choice(
    stacks: Mapping[str, Synthesised], stack: str, *, essential: bool
) -> None:
    sidecar = stacks[stack].containers()["acme-qa-xray"]

    assert sidecar["Essential"] is essential
    assert ("RestartPolicy" in sidecar) is not essential


@pytest.mark.parametrize(
    ("stack", "days", "policy"),
    [
        # Whose first deployment fails, it takes its groups along: their names are fixed.
        ("acme-qa-api", 400, ("RetainExceptOnCreate", "Retain")),
        ("fq-dev-api", 30, ("Delete", "Delete")),
    ],
)
def test_both_log_groups_have_retention_and_removal_policy(
    stacks: Mapping[str, Synthesised], stack: str, days: int, policy: tuple[str, str]
) -> None:
    groups = stacks[stack].resources("AWS::Logs::LogGroup").values()

    prefix = "/" + "/".join(stack.split("-"))
    names = {group["Properties"]["LogGroupName"] for group in groups}
    assert names == {f"{prefix}/instance/xray", f"{prefix}/instance/app"}
    for group in groups:
        assert group["Properties"]["RetentionInDays"] == days
        assert (group["DeletionPolicy"], group["UpdateReplacePolicy"]) == policy


@pytest.mark.parametrize("stack", ["acme-qa-api", "acme-qa-worker", "fq-dev-api"])
def test_the_service_waits_for_log_group_and_policy_as_in_the_reference_setup(
    stacks: Mapping[str, Synthesised], stack: str
) -> None:
    resources = stacks[stack].template["Resources"]
    (service,) = stacks[stack].resources("AWS::ECS::Service").values()
    depended = [resources[logical_id] for logical_id in service["DependsOn"]]

    assert any(
        resource["Type"] == "AWS::Logs::LogGroup"
        and resource["Properties"]["LogGroupName"].endswith("/instance/xray")
        for resource in depended
    )
    assert any("XRayDaemonWriteAccess" in str(resource.get("Properties")) for resource in depended)


@pytest.mark.parametrize("stack", ["acme-qa-sampling", "fq-dev-sampling"])
def test_sampling_rules_have_a_stack_of_their_own_with_the_environments_name(
    stacks: Mapping[str, Synthesised], stack: str
) -> None:
    rule = stacks[stack].properties("AWS::XRay::SamplingRule")["SamplingRule"]

    assert rule["RuleName"] == f"{stack.split('-')[1]}-checkout"


def test_outputs_link_to_the_console_of_region_and_service(
    stacks: Mapping[str, Synthesised],
) -> None:
    outputs = {
        key: output["Value"] for key, output in stacks["acme-qa-api"].template["Outputs"].items()
    }

    group = "$252Facme$252Fqa$252Fapi$252Finstance$252Fxray"
    assert outputs == {
        "TraceMap": f"{LINK}/xray/home?region=eu-west-1#/service-map",
        # What its variables call it, which the file's own name for it is not.
        "Traces": f"{LINK}/xray/home?region=eu-west-1#/traces?filter=service(%22theirs%22)",
        "CollectorLog": f"{LINK}/cloudwatch/home?region=eu-west-1"
        f"#logsV2:log-groups/log-group/{group}",
    }


def test_without_a_region_the_links_take_the_one_deployed_to(
    stacks: Mapping[str, Synthesised],
) -> None:
    for output in stacks["fq-dev-api"].template["Outputs"].values():
        assert {"Ref": "AWS::Region"} in output["Value"]["Fn::Join"][1]


def test_china_has_a_console_of_its_own(stacks: Mapping[str, Synthesised]) -> None:
    for output in stacks["fq-cn-api"].template["Outputs"].values():
        assert output["Value"].startswith("https://console.amazonaws.cn/")
        assert "region=cn-north-1" in output["Value"]


def test_no_arn_names_a_partition(stacks: Mapping[str, Synthesised]) -> None:
    assert "arn:aws:" not in str(stacks["fq-dev-api"].template)
    assert "arn:aws:" not in str(stacks["fq-cn-api"].template)
