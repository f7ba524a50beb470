"""Seed files: what they hold, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdk_ecs_xray.errors import ConfigurationError
from cdk_ecs_xray.local.place import Target
from cdk_ecs_xray.local.seed import Seed


def seed(folder: Path, text: str) -> Seed:
    path = folder / "seed.yaml"
    path.write_text(text)
    return Seed.from_file(path)


def test_it_goes_where_the_stacks_go_unless_it_says_where(tmp_path: Path) -> None:
    stacks = [Target(account="111122223333", region="eu-west-1"), Target(region="eu-west-2")]

    assert seed(tmp_path, "clusters: [shared]\n").targets(stacks) == stacks
    assert seed(tmp_path, "clusters: [shared]\n").targets([]) == [Target()]
    named = seed(tmp_path, 'account: "444455556666"\nclusters: [shared]\n')
    assert named.targets(stacks) == [
        Target(account="444455556666", region="eu-west-1"),
        Target(account="444455556666", region="eu-west-2"),
    ]
    both = seed(tmp_path, "account: 444455556666\nregion: eu-west-3\nclusters: [shared]\n")
    assert both.targets(stacks) == [Target(account="444455556666", region="eu-west-3")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cluster: [a]\n", "cluster must be a known key (got a list). Did you mean 'clusters'?"),
        ("clusters: shared\n", "clusters must be a list (got 'shared')."),
        ("clusters: ['a b']\n", "clusters entry 1 must be 1 to 255 letters, digits, hyphens and "),
        ("clusters: [a, b, a]\n", "clusters entry 3 must be unique (got 'a' a second time)."),
        ("roles: [task]\n", "roles entry 1 must be a mapping"),
        ("roles: [{allow: ['s3:GetObject']}]\n", "role 1: name is required."),
        ("roles: [{name: a}, {name: a}]\n", "roles entry 2 must be unique"),
        ("roles: [{name: a, allow: [GetObject]}]\n", "must be an action such as s3:GetObject"),
        ("roles: [{name: a, trust: b}]\n", "role 'a': trust must be a known key"),
        ("account: 1234\n", "account must be 12 digits"),
        ("region: Ireland\n", "region must be a region such as eu-west-1 (got 'Ireland')."),
        ("listeners: [web]\n", "listeners entry 1 must be the ARN of a listener (got 'web')."),
        ("target_groups: [arn:aws:elasticloadbalancing:x]\n", "must be the ARN of a target group"),
        ("parameters: {'/a b': x}\n", "must be 1 to 1011 letters"),
        ("parameters: {/a: 1}\n", "must be text (got 1). Put it in quotes."),
        ("exports: {'a b': x}\n", "must be 1 to 255 letters, digits, colons and hyphens"),
        ("- shared\n", "the file must hold a mapping of keys to values"),
        ("", "a mapping of keys to values is required. "),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        seed(tmp_path, text)
    assert said in str(raised.value)
    assert "seed.yaml" in str(raised.value)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        seed(tmp_path, "clusters: [a, a]\nregion: x\nrole: []\n")
    assert len(raised.value.problems) == 3
