"""A template with an ECS service on EC2 and all that it stands on."""

from __future__ import annotations

import copy
from typing import Any

AMI = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
CONTAINERS: list[dict[str, Any]] = [
    {
        "Name": "app",
        "Image": "app:1",
        "Essential": True,
        "MemoryReservation": 128,
        "Links": ["xray"],
        "DependsOn": [{"ContainerName": "xray", "Condition": "START"}],
        "Environment": [{"Name": "AWS_XRAY_DAEMON_ADDRESS", "Value": "xray:2000"}],
        "DockerLabels": {"Com.Example": "Label"},
        "Secrets": [{"Name": "TOKEN", "ValueFrom": "arn:aws:ssm:::parameter/token"}],
        "Ulimits": [{"Name": "nofile", "SoftLimit": 1, "HardLimit": 2}],
        "MountPoints": [{"SourceVolume": "data", "ContainerPath": "/data", "ReadOnly": True}],
        "LogConfiguration": {"LogDriver": "awslogs", "Options": {"Mode": "non-blocking"}},
    },
    {
        "Name": "xray",
        "Image": "xray:1",
        "Essential": False,
        "Cpu": 32,
        "MemoryReservation": 256,
        "PortMappings": [{"ContainerPort": 2000, "HostPort": 0, "Protocol": "udp"}],
        "HealthCheck": {"Command": ["CMD", "/xray", "--version"], "Interval": 30},
        "RestartPolicy": {"Enabled": True, "RestartAttemptPeriod": 60, "IgnoredExitCodes": [0]},
        "LinuxParameters": {"Capabilities": {"Drop": ["ALL"]}, "InitProcessEnabled": True},
        "ReadonlyRootFilesystem": True,
        "StopTimeout": 30,
        "FirelensConfiguration": {"Type": "fluentbit", "Options": {"Enable-ECS": "true"}},
    },
]


def resource(kind: str, properties: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties, **attributes}


def network() -> dict[str, Any]:
    return {
        "Vpc": resource("EC2::VPC", {"CidrBlock": "10.0.0.0/16", "EnableDnsSupport": True}),
        "Subnet": resource(
            "EC2::Subnet",
            {
                "VpcId": {"Ref": "Vpc"},
                "CidrBlock": "10.0.0.0/24",
                "AvailabilityZone": {"Fn::Select": [0, {"Fn::GetAZs": ""}]},
            },
        ),
        "Gateway": resource("EC2::InternetGateway", {}),
        "Attachment": resource(
            "EC2::VPCGatewayAttachment",
            {"VpcId": {"Ref": "Vpc"}, "InternetGatewayId": {"Ref": "Gateway"}},
        ),
        "Routes": resource("EC2::RouteTable", {"VpcId": {"Ref": "Vpc"}}),
        "Association": resource(
            "EC2::SubnetRouteTableAssociation",
            {"RouteTableId": {"Ref": "Routes"}, "SubnetId": {"Ref": "Subnet"}},
        ),
        "Route": resource(
            "EC2::Route",
            {
                "RouteTableId": {"Ref": "Routes"},
                "DestinationCidrBlock": "0.0.0.0/0",
                "GatewayId": {"Ref": "Gateway"},
            },
            DependsOn=["Attachment"],
        ),
        "Firewall": resource(
            "EC2::SecurityGroup", {"GroupDescription": "instances", "VpcId": {"Ref": "Vpc"}}
        ),
    }


def instances() -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "ecs-tasks.amazonaws.com"},
    }
    write = {"Effect": "Allow", "Action": ["xray:PutTraceSegments"], "Resource": "*"}
    return {
        "Role": resource(
            "IAM::Role",
            {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}},
        ),
        "Policy": resource(
            "IAM::Policy",
            {
                "PolicyName": "XRay",
                "Roles": [{"Ref": "Role"}],
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [write]},
            },
        ),
        "Profile": resource("IAM::InstanceProfile", {"Roles": [{"Ref": "Role"}]}),
        "Launch": resource(
            "EC2::LaunchTemplate",
            {
                "LaunchTemplateData": {
                    "ImageId": {"Ref": "Image"},
                    "InstanceType": "t3.micro",
                    "IamInstanceProfile": {"Arn": {"Fn::GetAtt": ["Profile", "Arn"]}},
                    "SecurityGroupIds": [{"Fn::GetAtt": ["Firewall", "GroupId"]}],
                }
            },
        ),
        "Group": resource(
            "AutoScaling::AutoScalingGroup",
            {
                "MinSize": "0",
                "MaxSize": "1",
                "VPCZoneIdentifier": [{"Ref": "Subnet"}],
                "LaunchTemplate": {
                    "LaunchTemplateId": {"Ref": "Launch"},
                    "Version": {"Fn::GetAtt": ["Launch", "LatestVersionNumber"]},
                },
            },
        ),
    }


def service(**properties: Any) -> dict[str, Any]:
    return {
        "Cluster": {"Ref": "Cluster"},
        "TaskDefinition": {"Ref": "Task"},
        "LaunchType": "EC2",
        "DesiredCount": 1,
        "EnableExecuteCommand": True,
        "PropagateTags": "SERVICE",
        "EnableECSManagedTags": True,
        "PlacementStrategies": [{"Type": "spread", "Field": "instanceId"}],
        "PlacementConstraints": [{"Type": "distinctInstance"}],
        "DeploymentConfiguration": {
            "MaximumPercent": 200,
            "MinimumHealthyPercent": 50,
            "DeploymentCircuitBreaker": {"Enable": True, "Rollback": True},
        },
        **properties,
    }


def template(*, retention: int = 7, image: str = "app:1", **properties: Any) -> dict[str, Any]:
    containers = copy.deepcopy(CONTAINERS)
    containers[0]["Image"] = image
    task = {
        "Family": "signup",
        "NetworkMode": "bridge",
        "RequiresCompatibilities": ["EC2"],
        "TaskRoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
        "RuntimePlatform": {"CpuArchitecture": "ARM64"},
        "Volumes": [{"Name": "data", "Host": {"SourcePath": "/data"}}],
        "ContainerDefinitions": containers,
        "Tags": [{"Key": "team", "Value": "growth"}],
    }
    log_group = {"LogGroupName": "/fq/dev/signup", "RetentionInDays": retention}
    return {
        "Parameters": {
            "Image": {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "Default": AMI}
        },
        "Resources": {
            **network(),
            **instances(),
            "Logs": resource("Logs::LogGroup", log_group, DeletionPolicy="Retain"),
            "Cluster": resource("ECS::Cluster", {}),
            "Task": resource("ECS::TaskDefinition", task),
            "Service": resource("ECS::Service", service(**properties), DependsOn=["Policy"]),
        },
        "Outputs": {"Image": {"Value": {"Ref": "Image"}}},
    }
