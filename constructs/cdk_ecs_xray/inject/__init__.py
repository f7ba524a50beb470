"""An existing task definition in, a traced one out. Pure."""

from __future__ import annotations

from cdk_ecs_xray.inject.advice import policy
from cdk_ecs_xray.inject.injection import Injection
from cdk_ecs_xray.inject.options import SidecarNames, TracingOptions
from cdk_ecs_xray.inject.removal import UntracedText, untrace_text
from cdk_ecs_xray.inject.traced_file import TracedTaskDefinitionFile
from cdk_ecs_xray.inject.traced_text import TracedText, trace_text

__all__ = [
    "Injection",
    "SidecarNames",
    "TracedTaskDefinitionFile",
    "TracedText",
    "TracingOptions",
    "UntracedText",
    "policy",
    "trace_text",
    "untrace_text",
]
