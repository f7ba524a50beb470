"""Intrinsic functions, as far as a template allows; the rest stays unknown."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from cdk_ecs_xray.templates.address import DaemonAddress, Malformed, parse_address
from cdk_ecs_xray.templates.assembly import template_stack
from cdk_ecs_xray.templates.intrinsics import Resolver
from cdk_ecs_xray.templates.stack_values import StackValues
from cdk_ecs_xray.unknown import Unknown, spelled

TEMPLATE = """
Parameters:
  Environment: {Type: String}
  Namespace: {Type: String, Default: fq}
  Image: {Type: "AWS::SSM::Parameter::Value<String>", Default: /images/app}
Mappings:
  Sizes: {eu-west-1: {cpu: "32"}}
Resources:
  Log: {Type: AWS::Logs::LogGroup}
"""


def resolved(yaml_value: str) -> object:
    stack = template_stack(TEMPLATE, file="orders.yaml")
    tagged = template_stack(
        f"Resources:\n  X:\n    Properties:\n      V:\n{textwrap.indent(yaml_value, ' ' * 8)}\n",
        file="value.yaml",
    )
    return Resolver.of(stack).resolve(tagged.template["Resources"]["X"]["Properties"]["V"])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!Ref Namespace", "fq"),
        ("!Sub ${Namespace}-xray:2000", "fq-xray:2000"),
        ('!Sub ["${A}-${Namespace}", {A: x}]', "x-fq"),
        ("!Sub ${!Literal}", "${Literal}"),
        ('!Join ["-", [a, !Ref Namespace, b]]', "a-fq-b"),
        ('!Select [1, !Split [",", "a,b"]]', "b"),
        ("!FindInMap [Sizes, eu-west-1, cpu]", "32"),
        ("!Ref AWS::StackName", "orders"),
        ("!If [Prod, same, same]", "same"),
        ("!If [Prod, one, !Ref AWS::NoValue]", "one"),
        ("[a, !Ref AWS::NoValue]", ["a"]),
        ("no", "no"),
    ],
)
def test_what_a_template_spells_out_is_known(value: str, expected: object) -> None:
    assert resolved(value) == expected


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("!Ref Environment", "${Environment}"),
        ("!Ref Image", "${Image}"),
        ("!Ref AWS::Region", "${AWS::Region}"),
        ("!Sub ${Namespace}-${Environment}-xray", "fq-${Environment}-xray"),
        ('!Join ["", [x-, !GetAtt Log.Arn]]', "x-${Log.Arn}"),
        ("!ImportValue cluster", "${ImportValue cluster}"),
        ("!If [Prod, one, two]", "${If Prod}"),
        ("!FindInMap [Sizes, us-east-1, cpu]", "${FindInMap}"),
        ("!Select [broken]", "${Select}"),
    ],
)
def test_what_only_the_deployment_knows_stays_unknown(value: str, shown: str) -> None:
    found = resolved(value)

    assert isinstance(found, Unknown)
    assert str(found) == shown


def test_a_reference_alone_remembers_its_resource() -> None:
    reference, attribute, text = map(resolved, ("!Ref Log", "!GetAtt Log.Arn", "!Sub ${Log}-x"))

    assert isinstance(reference, Unknown)
    assert isinstance(attribute, Unknown)
    assert isinstance(text, Unknown)
    assert (reference.resource, attribute.resource, text.resource) == (
        "orders#Log",
        "orders#Log",
        None,
    )


@pytest.mark.parametrize(
    ("value", "udp"),
    [
        ("xray:2000", ("xray", 2000)),
        ("tcp:other:2001 udp:xray:2000", ("xray", 2000)),
        ("172.17.0.1:2000", ("172.17.0.1", 2000)),
    ],
)
def test_a_good_address_is_read_as_the_sdks_do(value: str, udp: tuple[str, int]) -> None:
    address = parse_address(value)

    assert isinstance(address, DaemonAddress)
    assert (address.udp.host, address.udp.port) == udp


@pytest.mark.parametrize(
    "value",
    ["", "xray", "udp:xray:2000", "http://xray:2000", "[::1]:2000", "xray:2000 ", "xray:99999"],
)
def test_what_the_sdks_raise_at_is_malformed(value: str) -> None:
    assert isinstance(parse_address(value), Malformed)


def test_an_address_that_is_open_in_parts_is_never_malformed() -> None:
    whole = parse_address(Unknown(expression="${Address}"))
    host = parse_address(Unknown(expression="fq-${AWS::Region}-xray:2000"))

    assert isinstance(whole, Unknown)
    assert isinstance(host, DaemonAddress)
    assert host.udp.host == Unknown(expression="fq-${AWS::Region}-xray")


DEPLOYED = Resolver(
    {"Parameters": {"Stage": {"Default": "dev"}}, "Resources": {"Role": {}, "Group": {}}},
    StackValues(
        references={"AWS::Region": "eu-west-1", "Group": "/fq", "Role": "role-1", "Stage": "prod"},
        role_names={"Role": "role-1"},
    ),
    optional_counts=False,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text", "text"),
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Ref": "Stage"}, "prod"),
        ({"Fn::Join": ["/", ["a", {"Ref": "Group"}]]}, "a//fq"),
        ({"Fn::Sub": "a-${AWS::Region}-${!Literal}"}, "a-eu-west-1-${Literal}"),
        ({"Fn::Sub": ["${x}", {"x": {"Ref": "Group"}}]}, "/fq"),
        ([1, {"Ref": "AWS::NoValue"}], [1]),
        ({"A": {"Ref": "AWS::NoValue"}, "B": [{"Ref": "Group"}]}, {"B": ["/fq"]}),
    ],
)
def test_a_deployed_stack_tells_what_its_template_leaves_open(value: Any, expected: Any) -> None:
    assert DEPLOYED.resolve(value) == expected


@pytest.mark.parametrize(
    ("value", "can_be", "cannot_be"),
    [
        ({"Ref": "Elsewhere"}, ["anything", None], []),
        (
            {"Fn::GetAtt": ["Role", "Arn"]},
            ["arn:aws:iam::1:role/role-1", "arn:aws:iam::1:role/path/role-1"],
            ["arn:aws:iam::1:role/role-2"],
        ),
        ({"Fn::GetAtt": "Role.Arn"}, ["arn:aws:iam::1:role/role-1"], ["role-1x"]),
        ({"Fn::Sub": "${Role.Arn}"}, ["arn:aws:iam::1:role/role-1"], ["arn:aws:iam::1:role/x"]),
        ({"Fn::GetAtt": ["Group", "Arn"]}, ["arn:aws:logs"], []),
        ({"Fn::Join": ["/", ["a", {"Ref": "Elsewhere"}]]}, ["a/b", "a/"], ["b/a"]),
        ({"Fn::Join": ["/", {"Ref": "Elsewhere"}]}, ["a/b"], []),
        ({"Fn::ImportValue": "x"}, ["a"], []),
        ({"Fn::If": ["Prod", "a", {"Ref": "AWS::NoValue"}]}, ["a", None], []),
    ],
)
def test_what_even_a_deployed_stack_does_not_tell_stays_unknown(
    value: Any, can_be: list[object], cannot_be: list[object]
) -> None:
    found = DEPLOYED.resolve(value)

    assert isinstance(found, Unknown)
    assert [value for value in can_be if not found.may_be(value)] == []
    assert [value for value in cannot_be if found.may_be(value)] == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        ("127.0.0.1:2000", "127.0.0.1:2000"),
        (Unknown(expression="${Environment}-xray:2000"), "${Environment}-xray:2000"),
        (Unknown(expression="${Address}"), None),
        (Unknown(expression="the command"), None),
    ],
)
def test_nothing_that_is_wholly_unknown_is_shown_as_a_value(
    value: str | Unknown | None, shown: str | None
) -> None:
    assert spelled(value) == shown
