"""How an app is traced without touching its code, one language a file. Pure."""

from __future__ import annotations

from cdk_ecs_xray.instrumentation.description import AppPlace, Instrumentation
from cdk_ecs_xray.instrumentation.dotnet import DotNetInstrumentation
from cdk_ecs_xray.instrumentation.java import JavaInstrumentation
from cdk_ecs_xray.instrumentation.node import NodeInstrumentation
from cdk_ecs_xray.instrumentation.python import PythonInstrumentation

__all__ = [
    "AppPlace",
    "DotNetInstrumentation",
    "Instrumentation",
    "JavaInstrumentation",
    "NodeInstrumentation",
    "PythonInstrumentation",
]
