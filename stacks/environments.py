"""All environments of a folder, which have to fit together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path

from cdk_ecs_xray import ConfigurationError, NameCollisionError, SamplingRuleError
from cdk_ecs_xray.sampling.checks import EnvironmentRules, check_account
from cdk_ecs_xray.sampling.findings import errors_in
from stacks.environment import Environment

_SUFFIXES = (".yaml", ".yml", ".json")


def read_environments(folder: str | Path) -> Mapping[str, Environment]:
    """Return the environments of a folder by name, in the order of their files.

    :raises ConfigurationError: with every problem of every file.
    :raises SamplingRuleError: when those of one account hold more rules or groups than it may.
    :raises NameCollisionError: when two that may share an account and region share a name.
    """
    files = sorted(path for path in Path(folder).glob("*") if path.suffix in _SUFFIXES)
    if not files:
        raise ConfigurationError(
            f"{folder}: the folder must hold one YAML file per environment, got none; add dev.yaml"
        )
    environments: list[tuple[Path, Environment]] = []
    problems: list[str] = []
    for path in files:
        try:
            environments.append((path, Environment.from_file(path)))
        except ConfigurationError as error:
            problems += error.problems
    if problems:
        raise ConfigurationError(*problems)
    _refuse_collisions(environments)
    _refuse_full_accounts(environment for _, environment in environments)
    return {environment.name: environment for _, environment in environments}


def select(environments: Mapping[str, Environment], name: str | None) -> Iterable[Environment]:
    """Return all environments, or the one of that name.

    :raises ConfigurationError: for a name that no environment has.
    """
    if name is None:
        return environments.values()
    if name not in environments:
        raise ConfigurationError(
            f"-c env: must be the name of an environment, got '{name}'; "
            f"choose one of {', '.join(environments)}"
        )
    return [environments[name]]


def _refuse_collisions(environments: Iterable[tuple[Path, Environment]]) -> None:
    problems = []
    for (path, one), (other_path, other) in combinations(environments, 2):
        if one.name == other.name:
            problems.append(
                f"{other_path}: name must be unique, got '{other.name}', which {path} has too; "
                "rename one of them"
            )
        elif _may_share(one.account, other.account) and _may_share(one.region, other.region):
            problems += [
                f"{path} and {other_path}: environments '{one.name}' and '{other.name}' may share "
                f"an account and region, got the {kind} '{name}' in both; rename one, or give "
                "both an account and a region that differ"
                for kind, name in sorted(one.physical_names() & other.physical_names())
            ]
    if problems:
        raise NameCollisionError(*problems)


def _may_share(one: str | None, other: str | None) -> bool:
    # Without a value it is whatever the deploying user has, which may be the other's.
    return one is None or other is None or one == other


def _refuse_full_accounts(environments: Iterable[Environment]) -> None:
    """Refuse more sampling rules or groups than an account and region may hold.

    Environments without an account or region have those of whoever deploys, so they share them
    with each other; whether with one that names its own is not known here.
    """
    sharing: dict[tuple[str | None, str | None], list[EnvironmentRules]] = {}
    for environment in environments:
        sharing.setdefault((environment.account, environment.region), []).append(
            EnvironmentRules(
                environment=environment.name,
                rules=environment.sampling_rules,
                where=f"sampling rules of {environment.name}",
            )
        )
    full = [
        finding.text
        for together in sharing.values()
        for finding in errors_in(check_account(together))
    ]
    if full:
        raise SamplingRuleError(*full)
