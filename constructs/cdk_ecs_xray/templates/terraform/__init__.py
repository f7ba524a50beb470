"""Reads plans and states of Terraform as what the rules of a review read: once, at the edge.

Each resource becomes one of CloudFormation's types with its properties; what a plan does not know
is :class:`~cdk_ecs_xray.unknown.Unknown`. Nothing of HCL is evaluated.
"""
