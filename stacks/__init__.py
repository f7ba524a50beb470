"""What the shipped app alone needs; its stacks are the package's, ``cdk_ecs_xray.stacks``."""
