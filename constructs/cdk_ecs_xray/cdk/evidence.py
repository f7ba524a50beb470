"""Shows what a container of a CDK app is, as far as synthesis knows."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray.collectors.evidence import Evidence
from cdk_ecs_xray.templates import containers
from cdk_ecs_xray.templates.intrinsics import Resolver
from cdk_ecs_xray.templates.spelling import as_cloudformation


def evidence_of(container: ecs.ContainerDefinition) -> Evidence:
    """Return what shows whether a container is a collector.

    Read as the template will have it, so that CDK's tokens are CloudFormation's functions. CDK
    hands a definition over in forty pieces, which takes some 8 ms.
    """
    definition = Stack.of(container).resolve(container.render_container_definition())
    return containers.evidence_of(Resolver.alone().resolve(as_cloudformation(definition)))
