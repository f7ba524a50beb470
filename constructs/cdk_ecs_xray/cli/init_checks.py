"""Checks what ``ecs-xray init`` is to write before it writes, by the models that read it later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import TypeAdapter, ValidationError

from cdk_ecs_xray.cli.init_files import ENVIRONMENTS, RULES, Wish, app_files
from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.environments.environment_fields import EnvironmentName
from cdk_ecs_xray.environments.folder import environment_files, read_environments
from cdk_ecs_xray.environments.service import ServiceName
from cdk_ecs_xray.environments.values import SubnetId
from cdk_ecs_xray.errors import ConfigurationError, EcsXRayError, Problem
from cdk_ecs_xray.sampling import SamplingRuleSet


def wished(
    *, name: str, environment: str, namespace: str, launch: str, subnets: Sequence[str]
) -> Wish:
    """Return what the options ask for.

    :raises ConfigurationError: with every option that no environment could have.
    """
    problems = [
        *_refused("--name", ServiceName, name),
        *_refused("--env", EnvironmentName, environment),
        *_refused("--namespace", EnvironmentName, namespace),
    ]
    for subnet in subnets:
        problems += _refused("--subnet", SubnetId, subnet)
    if subnets and launch != "fargate":
        problems.append(
            Problem(
                what="--subnet and --launch ec2, which creates a VPC, cannot be combined",
                fix="Keep one.",
            )
        )
    if problems:
        raise ConfigurationError(*problems)
    wish = Wish(
        environment=environment,
        namespace=namespace,
        service=name,
        launch=launch,
        subnets=tuple(dict.fromkeys(subnets)),
    )
    _try(wish)
    return wish


def require_fitting(folder: Path, wish: Wish, files: Mapping[str, str]) -> None:
    """Refuse a new environment that could not be beside what the folder holds.

    :raises EcsXRayError: with the problems of files that are there, which come first.
    """
    if RULES not in files and (folder / RULES).is_file():
        SamplingRuleSet.from_file(folder / RULES)
    if wish.environment_path not in files or not environment_files(folder / ENVIRONMENTS):
        return
    if wish.environment in read_environments(folder / ENVIRONMENTS):
        raise ConfigurationError(
            Problem(
                where="--env",
                what=f"must be a name that no other file in {ENVIRONMENTS}/ has",
                got=f"'{wish.environment}'",
                fix="Choose another.",
            )
        )


def _refused(option: str, kind: Any, value: str) -> Iterator[Problem]:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError as invalid:
        for found in invalid.errors():
            yield found["ctx"]["error"].problem.at(option)


def _try(wish: Wish) -> None:
    """Refuse what only the whole file shows, such as a service with the name of another stack."""
    with TemporaryDirectory() as scratch:
        base = Path(scratch).resolve()
        for name, text in app_files(wish).items():
            (base / name).parent.mkdir()
            (base / name).write_text(text, encoding="utf-8")
        try:
            Environment.from_file(base / wish.environment_path)
        except EcsXRayError as error:
            problems = error.problems
            raise ConfigurationError(
                *(replace(one, where=one.where.replace(f"{base}/", "")) for one in problems)
            ) from None
