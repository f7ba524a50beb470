"""The public SSM parameters through which CDK finds a machine image for an ECS instance.

Ministack serves two of Amazon Linux itself and none of ECS; the image ids are made up, as its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from ministack.services import ec2, ssm

_X86_AL2023 = "ami-0c2023a1b2c3d4e5f"
_X86_AL2 = "ami-0abcdef1234567890"
_ARM_AL2023 = "ami-0c2023a1b2c3d4a64"
_ARM_AL2 = "ami-0abcdef1234567a64"
_ECS = "/aws/service/ecs/optimized-ami"
_LINUX = "/aws/service/ami-amazon-linux-latest"
IMAGES: Mapping[str, str] = {
    f"{_ECS}/amazon-linux-2023/recommended/image_id": _X86_AL2023,
    f"{_ECS}/amazon-linux-2023/arm64/recommended/image_id": _ARM_AL2023,
    f"{_ECS}/amazon-linux-2/recommended/image_id": _X86_AL2,
    f"{_ECS}/amazon-linux-2/arm64/recommended/image_id": _ARM_AL2,
    f"{_LINUX}/al2023-ami-kernel-6.1-x86_64": _X86_AL2023,
    f"{_LINUX}/al2023-ami-kernel-6.1-arm64": _ARM_AL2023,
    f"{_LINUX}/al2023-ami-kernel-default-arm64": _ARM_AL2023,
}
# In the order of ministack's own table: id, name, description, platform, device, owner, alias.
_ARM_IMAGES = tuple(
    (image, name, description, "", "/dev/xvda", "137112412989", "amazon")
    for image, name, description in (
        (_ARM_AL2023, "al2023-ami-2023.6.20241010.0-kernel-6.1-arm64", "Amazon Linux 2023 AMI"),
        (_ARM_AL2, "amzn2-ami-hvm-2.0.20231116.0-arm64-gp2", "Amazon Linux 2"),
    )
)


def mend() -> None:
    """Add the parameters, and the images that no other parameter names yet."""
    ssm._PUBLIC_AMI_PARAMETERS.update(IMAGES)
    ec2._STUB_AMIS.extend(_ARM_IMAGES)
