"""A task definition as a file of Docker Compose, for an app that is an image."""

from cdk_ecs_xray.local.compose.compose_file import compose_file

__all__ = ["compose_file"]
