"""Runs an app on this machine with the environment that its task definition was deployed with."""

from cdk_ecs_xray.local.running.deployed_app import DeployedApp, deployed_apps, deployed_task
from cdk_ecs_xray.local.running.log_stream import LogStream
from cdk_ecs_xray.local.running.process import AppProcess

__all__ = ["AppProcess", "DeployedApp", "LogStream", "deployed_apps", "deployed_task"]
