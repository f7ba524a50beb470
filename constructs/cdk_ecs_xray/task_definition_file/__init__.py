"""An existing task definition in, a traced one out. Pure."""

from __future__ import annotations

from cdk_ecs_xray.task_definition_file.advice import policy
from cdk_ecs_xray.task_definition_file.cloudformation import cloudformation
from cdk_ecs_xray.task_definition_file.injection import Injection
from cdk_ecs_xray.task_definition_file.options import SidecarNames, TracingOptions
from cdk_ecs_xray.task_definition_file.traced_file import TracedTaskDefinitionFile
from cdk_ecs_xray.task_definition_file.traced_text import TracedText, trace_text

__all__ = [
    "Injection",
    "SidecarNames",
    "TracedTaskDefinitionFile",
    "TracedText",
    "TracingOptions",
    "cloudformation",
    "policy",
    "trace_text",
]
