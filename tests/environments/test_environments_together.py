"""All environments of a folder: which ones collide, which only look as if they did."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cdk_ecs_xray import ConfigurationError, NameCollisionError
from cdk_ecs_xray.environments.folder import read_environments, select

Add = Callable[..., None]
DEV_ACCOUNT = "111111111111"
PROD_ACCOUNT = "222222222222"


@pytest.fixture
def add(project: Path) -> Add:
    """Write an environment file; the folder starts without any."""
    (project / "environments" / "dev.yaml").unlink()

    def write(
        name: str,
        *,
        service: str = "api",
        namespace: str = "fq",
        rule: str = "checkout",
        file: str | None = None,
        **keys: str,
    ) -> None:
        rules = project / "sampling" / f"{rule}.yaml"
        rules.write_text(f"rules:\n  - {{name: {rule}, priority: 1, fixed_rate: 0}}\n")
        lines = [
            f"name: {name}",
            f"namespace: {namespace}",
            f"sampling_rules: ../sampling/{rule}.yaml",
            *(f"{key}: '{value}'" for key, value in keys.items()),
            "services:",
            f"  - {{name: {service}, image: nginx:1}}",
        ]
        (project / "environments" / (file or f"{name}.yaml")).write_text("\n".join(lines))

    return write


def refused(problems_of: Callable[..., list[str]]) -> list[str]:
    problems = problems_of(read_environments, "environments")
    assert problems
    return problems


def test_environments_come_by_name_in_the_order_of_their_files(add: Add) -> None:
    add("prod")
    add("dev")

    assert list(read_environments("environments")) == ["dev", "prod"]


def test_yaml_yml_and_json_are_read_and_nothing_else(add: Add, project: Path) -> None:
    add("one", file="one.yml")
    add("two", file="two.yaml")
    (project / "environments" / "notes.txt").write_text("not an environment")

    assert list(read_environments("environments")) == ["one", "two"]


def test_a_folder_without_environments_is_refused(
    project: Path, problems_of: Callable[..., list[str]]
) -> None:
    (project / "none").mkdir()
    for folder in ("none", "not-there"):
        (problem,) = problems_of(read_environments, folder)
        assert problem.startswith(f"{folder}: environment files not found")


@pytest.mark.usefixtures("project")
def test_a_file_in_place_of_the_folder_is_named_with_its_folder(
    add: Add, problems_of: Callable[..., list[str]]
) -> None:
    add("dev")

    (problem,) = problems_of(read_environments, "environments/dev.yaml")

    assert problem == (
        "environments/dev.yaml: environments must be a folder, as its files are checked one "
        "against the other (got a file). Pass 'environments'."
    )


def test_problems_of_all_files_come_together(
    add: Add, problems_of: Callable[..., list[str]]
) -> None:
    add("dev", region="mars-1")
    add("prod", account="1")

    problems = refused(problems_of)

    assert [problem.partition(":")[0] for problem in problems] == [
        "environments/dev.yaml",
        "environments/prod.yaml",
    ]


def test_two_files_of_one_name_are_refused_with_both(
    add: Add, problems_of: Callable[..., list[str]]
) -> None:
    add("dev", file="dev.yaml", account=DEV_ACCOUNT, region="eu-west-1")
    add("dev", file="qa.yaml", account=PROD_ACCOUNT, region="eu-west-1")

    (problem,) = refused(problems_of)

    assert "dev.yaml" in problem
    assert "qa.yaml" in problem
    assert "name must be unique (got 'dev'" in problem


# fq-a-b-c is the stack of service b-c in environment a, and of service c in environment a-b.
AMBIGUOUS = ({"name": "a", "service": "b-c"}, {"name": "a-b", "service": "c"})
PLACE = {"account": DEV_ACCOUNT, "region": "eu-west-1"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (PLACE, PLACE),
        ({}, {}),
        ({}, PLACE),
        (PLACE, {}),
        ({"account": DEV_ACCOUNT}, PLACE),
        ({"region": "eu-west-1"}, PLACE),
        ({"account": DEV_ACCOUNT}, {"region": "eu-west-1"}),
    ],
    ids=str,
)
def test_environments_that_may_share_a_place_must_not_share_a_name(
    add: Add,
    problems_of: Callable[..., list[str]],
    one: dict[str, str],
    other: dict[str, str],
) -> None:
    add(**AMBIGUOUS[0], **one)
    add(**AMBIGUOUS[1], **other)

    with pytest.raises(NameCollisionError):
        read_environments("environments")
    problems = refused(problems_of)

    assert any("the stack 'fq-a-b-c' in both" in problem for problem in problems)
    for problem in problems:
        assert "environments 'a-b' and 'a' may share" in problem


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (PLACE, PLACE | {"account": PROD_ACCOUNT}),
        (PLACE, PLACE | {"region": "eu-west-2"}),
        ({"account": DEV_ACCOUNT}, {"account": PROD_ACCOUNT}),
        ({"region": "eu-west-1"}, {"region": "eu-west-2"}),
    ],
    ids=str,
)
def test_the_same_names_in_places_that_differ_are_fine(
    add: Add, one: dict[str, str], other: dict[str, str]
) -> None:
    add(**AMBIGUOUS[0], **one)
    add(**AMBIGUOUS[1], **other)

    assert set(read_environments("environments")) == {"a", "a-b"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "dev"}, {"name": "prod"}),
        ({"name": "dev"}, {"name": "dev2"}),
        ({"name": "dev", "service": "x-api"}, {"name": "dev-y", "service": "api"}),
        ({"name": "a", "service": "b-c"}, {"name": "a-b", "service": "c", "namespace": "qf"}),
    ],
    ids=str,
)  # fmt: skip
def test_near_neighbours_in_one_place_are_fine(
    add: Add, one: dict[str, str], other: dict[str, str]
) -> None:
    add(**one, **PLACE)
    add(**other, **PLACE)

    assert len(read_environments("environments")) == 2


def test_a_service_cannot_take_the_stack_of_anothers_sampling_rules(
    add: Add, problems_of: Callable[..., list[str]]
) -> None:
    add("a", service="b-sampling")
    add("a-b", service="api")

    assert "the stack 'fq-a-b-sampling'" in refused(problems_of)[0]


def test_sampling_rules_of_one_account_need_names_of_their_own(
    add: Add, problems_of: Callable[..., list[str]]
) -> None:
    add("a", rule="b-checkout", service="one")
    add("a-b", rule="checkout", service="two")

    (problem,) = refused(problems_of)

    assert "the sampling rule 'a-b-checkout' in both" in problem


def test_groups_of_one_account_need_names_of_their_own(
    add: Add, project: Path, problems_of: Callable[..., list[str]]
) -> None:
    add("a", rule="one", service="one")
    add("a-b", rule="two", service="two")
    for file, group in (("one", "b-slow"), ("two", "slow")):
        with (project / "sampling" / f"{file}.yaml").open("a") as rules:
            rules.write(f"groups:\n  - {{name: {group}, filter_expression: responsetime > 5}}\n")

    (problem,) = refused(problems_of)

    assert "the group 'a-b-slow' in both" in problem


def test_one_environment_can_be_chosen_by_name(add: Add) -> None:
    add("dev")
    add("prod")
    environments = read_environments("environments")

    assert [environment.name for environment in select(environments, "prod")] == ["prod"]
    assert [environment.name for environment in select(environments, None)] == ["dev", "prod"]


@pytest.mark.parametrize("name", ["nope", "", "DEV", "d"])
def test_an_unknown_choice_lists_the_known_ones(
    add: Add, name: str, reads_well: Callable[[object], bool]
) -> None:
    add("dev")
    add("prod")

    with pytest.raises(ConfigurationError) as raised:
        select(read_environments("environments"), name)

    (problem,) = map(str, raised.value.problems)
    assert problem.startswith("-c env: must be the name of an environment")
    assert f"got '{name}'" in problem
    assert "dev, prod" in problem
    assert reads_well(problem)
