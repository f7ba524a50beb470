"""Makes stacks of what a plan or state of Terraform holds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cdk_ecs_xray.errors import ReviewError
from cdk_ecs_xray.files.text_file import displayed, read_text
from cdk_ecs_xray.templates.stack_source import StackSource
from cdk_ecs_xray.templates.template import parsed_template
from cdk_ecs_xray.templates.terraform.conversion import converted, is_plan


def read_before(path: str) -> Sequence[StackSource] | None:
    """Return what a plan of Terraform found before it; None for anything else.

    :raises ReviewError: when the plan cannot be read.
    """
    file = displayed(path)
    content = parsed_template(read_text(Path(path), error=ReviewError), where=file)
    if not is_plan(content):
        return None
    return terraform_stacks(content, file=file, before=True)


def terraform_stacks(
    content: Mapping[str, Any], *, file: str, before: bool = False
) -> Sequence[StackSource]:
    """Return the stacks of a plan or state, one for each region and account.

    :param before: as it was before a plan, instead of after it.
    :raises ReviewError: when the document is not as Terraform writes it.
    """
    # Without its text: a plan is one line, and nobody needs to keep what is secret in it.
    return [
        StackSource(
            name=one.path,
            path=one.path,
            environment="",
            account=one.account,
            region=one.region,
            file=file,
            text="",
            template={"Resources": one.resources},
            unread=one.unread,
            form="terraform",
            sensitive=one.sensitive,
            secrets=one.secrets,
        )
        for one in converted(content, name=stem(file), where=file, before=before)
    ]


def stem(file: str) -> str:
    """Return a file's name without what says its format."""
    return re.split(r"\.(?:template|json|ya?ml|tfstate)", Path(file).name)[0] or file
