"""All environments of a folder, which have to fit together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.errors import (
    ConfigurationError,
    NameCollisionError,
    Problem,
    SamplingRuleError,
)
from cdk_ecs_xray.sampling.checks import EnvironmentRules, check_account, check_rules
from cdk_ecs_xray.sampling.findings import errors_in

_SUFFIXES = (".yaml", ".yml", ".json")
_SCHEMA = ".schema.json"
"""Ends the names of files that editors check the others with."""


def read_environments(folder: str | Path) -> Mapping[str, Environment]:
    """Return the environments of a folder by name, in the order of their files.

    :raises ConfigurationError: with every problem of every file, and when environments of one
        account and region both turn on Transaction Search.
    :raises SamplingRuleError: for rules that can never match, and when environments of one account
        hold more rules or groups than it may, or more than one sets its Default rule.
    :raises NameCollisionError: when two that may share an account and region share a name.
    """
    _refuse_file(folder)
    files = environment_files(folder)
    if not files:
        raise ConfigurationError(
            Problem(
                where=str(folder),
                what="environment files not found",
                fix="Add dev.yaml.",
            )
        )
    environments: list[tuple[Path, Environment]] = []
    problems: list[Problem] = []
    for path in files:
        try:
            environments.append((path, Environment.from_file(path)))
        except ConfigurationError as error:
            problems += error.problems
    if problems:
        raise ConfigurationError(*problems)
    _refuse_collisions(environments)
    _refuse_two_searches(environments)
    _refuse_wrong_rules(environments)
    return {environment.name: environment for _, environment in environments}


def _refuse_file(folder: str | Path) -> None:
    if not Path(folder).is_file():
        return
    raise ConfigurationError(
        Problem(
            where=str(folder),
            what="environments must be a folder, as its files are checked one against the other",
            got="a file",
            fix=f"Pass '{Path(folder).parent}'.",
        )
    )


def environment_files(folder: str | Path) -> Sequence[Path]:
    """Return the files of a folder that describe environments, as they are read, in their order."""
    return sorted(
        path
        for path in Path(folder).glob("*")
        if path.suffix in _SUFFIXES and not path.name.endswith(_SCHEMA)
    )


def select(environments: Mapping[str, Environment], name: str | None) -> Iterable[Environment]:
    """Return all environments, or the one of that name.

    :raises ConfigurationError: for a name that no environment has.
    """
    if name is None:
        return environments.values()
    if name not in environments:
        raise ConfigurationError(
            Problem(
                where="-c env",
                what="must be the name of an environment",
                got=f"'{name}'",
                fix=f"Choose one of {', '.join(environments)}.",
            )
        )
    return [environments[name]]


def sharing_with(
    environment: Environment, environments: Mapping[str, Environment]
) -> Sequence[Environment]:
    """Return the others that name the same account and region.

    Without them an environment is deployed to where its user is, which is not known here.
    """
    if environment.account is None or environment.region is None:
        return []
    return [
        other
        for other in environments.values()
        if other.name != environment.name
        and (other.account, other.region) == (environment.account, environment.region)
    ]


def _refuse_collisions(environments: Iterable[tuple[Path, Environment]]) -> None:
    problems = []
    for (path, one), (other_path, other) in combinations(environments, 2):
        if one.name == other.name:
            problems.append(
                Problem(
                    where=str(other_path),
                    what="name must be unique",
                    got=f"'{other.name}', which {path} has too",
                    fix="Rename one of them.",
                )
            )
        elif _may_share(one.account, other.account) and _may_share(one.region, other.region):
            problems += [
                Problem(
                    where=f"{path} and {other_path}",
                    what=f"environments '{one.name}' and '{other.name}' may share an account and "
                    "region",
                    got=f"the {kind} '{name}' in both",
                    fix="Rename one, or give both an account and a region that differ.",
                )
                for kind, name in sorted(one.physical_names() & other.physical_names())
            ]
    if problems:
        raise NameCollisionError(*problems)


def _may_share(one: str | None, other: str | None) -> bool:
    # Without a value it is whatever the deploying user has, which may be the other's.
    return one is None or other is None or one == other


def _refuse_two_searches(environments: Iterable[tuple[Path, Environment]]) -> None:
    """Refuse two stacks that would set one account's and region's Transaction Search."""
    turning_on: dict[tuple[str | None, str | None], list[str]] = {}
    for _, one in environments:
        if one.transaction_search is not None:
            turning_on.setdefault((one.account, one.region), []).append(f"'{one.name}'")
    problems = [
        Problem(
            where="environments " + ", ".join(names),
            what="transaction_search must be set by one environment of an account and region, "
            "which has one such setting",
            got=str(len(names)),
            fix="Remove it from all but one, or give each an account or region of its own.",
        )
        for names in turning_on.values()
        if len(names) > 1
    ]
    if problems:
        raise ConfigurationError(*problems)


def _refuse_wrong_rules(environments: Iterable[tuple[Path, Environment]]) -> None:
    """Refuse rules that can't work, for themselves or beside others of the account and region.

    CDK shows what annotations say of a Stage's stacks only to whoever selects them, so the
    constructs' own would not keep `cdk synth` from ending well.

    Environments without an account or region have those of whoever deploys, so they share them
    with each other; whether with one that names its own is not known here.
    """
    sharing: dict[tuple[str | None, str | None], list[EnvironmentRules]] = {}
    for path, environment in environments:
        sharing.setdefault((environment.account, environment.region), []).append(
            EnvironmentRules(
                environment=environment.name,
                rules=environment.sampling_rules,
                where=f"{path}, sampling_rules",
            )
        )
    found = [finding for together in sharing.values() for finding in check_account(together)]
    found += [
        finding
        for together in sharing.values()
        for checked in together
        for finding in check_rules(checked)
    ]
    if errors_in(found):
        raise SamplingRuleError(*(finding.problem for finding in errors_in(found)))
