"""Which operating system a task runs on, by every sign of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cdk_ecs_xray.plan.operating_system import windows_sign


def constrained(expression: str) -> Mapping[str, Any]:
    return {"placementConstraints": [{"type": "memberOf", "expression": expression}]}


def running(image: str, **members: Any) -> Mapping[str, Any]:
    return {"containerDefinitions": [{"name": "web", "image": image, **members}]}


@pytest.mark.parametrize(
    "task",
    [
        {"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}},
        {"RuntimePlatform": {"OperatingSystemFamily": "WINDOWS_SERVER_2019_FULL"}},
        constrained("attribute:ecs.os-type == windows"),
        constrained("attribute:ecs.os-type=='windows' and attribute:stack == prod"),
        constrained("attribute:ecs.os-type in [windows]"),
        constrained("attribute:ecs.os-type != linux"),
        constrained("attribute:ecs.os-family == WINDOWS_SERVER_2022_CORE"),
        {"requiresAttributes": [{"name": "ecs.os-type", "value": "windows"}]},
        {"requiresAttributes": [{"name": "ecs.capability.fsxWindowsFileServer"}]},
        running("mcr.microsoft.com/windows/servercore/iis:latest"),
        running("mcr.microsoft.com/windows:ltsc2019"),
        running("mcr.microsoft.com/dotnet/framework/aspnet:4.8"),
        running("mcr.microsoft.com/dotnet/aspnet:8.0-nanoserver-ltsc2022"),
        running("mirror.example.com/shop:7-windowsservercore-ltsc2022"),
        {"volumes": [{"name": "v", "fsxWindowsFileServerVolumeConfiguration": {"a": "b"}}]},
        {"Volumes": [{"Name": "v", "FSxWindowsFileServerVolumeConfiguration": {"a": "b"}}]},
        running("shop:1", credentialSpecs=["credentialspec:arn:aws:s3:::b/spec.json"]),
        running("shop:1", dockerSecurityOptions=["credentialspec:file://spec.json"]),
    ],
    ids=str,
)
def test_every_sign_of_windows_is_one(task: Mapping[str, Any]) -> None:
    assert windows_sign(task) is not None


@pytest.mark.parametrize(
    "task",
    [
        {},
        running("nginx:1"),
        running("mcr.microsoft.com/dotnet/aspnet:8.0"),
        running("mcr.microsoft.com/windowsless/thing:1"),
        running("example/windows-exporter-dashboard:1"),
        constrained("attribute:ecs.os-type == linux"),
        constrained("attribute:ecs.os-type != windows"),
        constrained("not(attribute:ecs.os-type == windows)"),
        constrained("!(attribute:ecs.os-type == windows)"),
        {"runtimePlatform": {"cpuArchitecture": "ARM64"}},
        {
            "runtimePlatform": {"operatingSystemFamily": "LINUX"},
            **running("shop:windowsservercore", credentialSpecs=["credentialspec:arn:aws:s3:::b"]),
        },
        # Linux has Active Directory's accounts too, on instances and on Fargate.
        {
            "requiresCompatibilities": ["FARGATE"],
            **running("shop:1", credentialSpecs=["credentialspecdomainless:arn:aws:s3:::b"]),
        },
        running("shop:1", credentialSpecs=["credentialspec:arn:aws:s3:::b"], links=["db"]),
        running("shop:1", dockerSecurityOptions=["no-new-privileges"]),
        {"placementConstraints": "${CONSTRAINTS}", "volumes": None, "containerDefinitions": 7},
    ],
    ids=str,
)
def test_linux_is_not_taken_for_windows(task: Mapping[str, Any]) -> None:
    assert windows_sign(task) is None


def test_the_sign_is_named() -> None:
    sign = windows_sign(constrained("attribute:ecs.os-type == windows"))

    assert sign == "the placement constraint 'attribute:ecs.os-type == windows'"
