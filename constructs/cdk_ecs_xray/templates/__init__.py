"""Reads CloudFormation and ECS once for everybody: review, verification and the AWS emulator."""
