"""The key ``image_cache``, and private images of the apps themselves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray import ConfigurationError, SamplingRuleSet
from cdk_ecs_xray.environments.environment import Environment

PRIVATE = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/ledger:1"


@pytest.mark.parametrize("value", [True, "ecr-public", False])
def test_the_sidecars_image_comes_through_the_cache(
    stages: Callable[..., Mapping[str, Any]], value: object
) -> None:
    stacks = stages({"name": "dev", "image_cache": value})

    service = stacks["fq-dev-api"]
    image = json.dumps(service.containers()["fq-dev-xray"]["Image"])
    prefix = {True: "fq-dev", "ecr-public": "ecr-public", False: None}[value]
    assert ("public.ecr.aws/" in image) is (prefix is None)
    assert prefix is None or f"/{prefix}/xray/aws-xray-daemon" in image
    policies = json.dumps(service.resources("AWS::IAM::Policy"))
    assert ("ecr:BatchImportUpstreamImage" in policies) is (prefix is not None)
    assert ("fq-dev-image-cache" in stacks) is (value is True)
    if value is True:
        rule = stacks["fq-dev-image-cache"].properties("AWS::ECR::PullThroughCacheRule")
        assert rule["EcrRepositoryPrefix"] == "fq-dev"


def test_a_task_definition_of_ones_own_gets_its_sidecar_through_the_cache_too(
    stages: Callable[..., Mapping[str, Any]], tmp_path: Path
) -> None:
    path = tmp_path / "task.json"
    path.write_text('{"containerDefinitions": [{"name": "a", "image": "a", "memory": 64}]}')
    service = {"name": "own", "task_definition": str(path)}
    stack = stages({"name": "dev", "image_cache": "mine", "services": [service]})["fq-dev-own"]

    assert "/mine/xray/" in json.dumps(stack.containers()["fq-dev-xray"]["Image"])
    assert "repository/mine/xray/" in json.dumps(stack.resources("AWS::IAM::Policy"))


def test_an_image_in_amazon_ecr_may_be_pulled(stages: Callable[..., Mapping[str, Any]]) -> None:
    stack = stages({"name": "dev", "services": [{"name": "api", "image": PRIVATE}]})["fq-dev-api"]

    policies = json.dumps(stack.resources("AWS::IAM::Policy"))
    assert "repository/ledger" in policies
    assert "ecr:CreateRepository" not in policies
    assert stack.warnings == []


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"image_cache": 5}, "must be true, or the prefix"),
        ({"image_cache": "A"}, "must be 2 to 30"),
        ({"image_cache": True, "namespace": "a" * 15, "name": "b" * 15}, "a prefix of your own"),
    ],
)
def test_a_cache_that_cannot_be_is_refused(keys: Mapping[str, Any], words: str) -> None:
    rules = SamplingRuleSet(rules=())
    service = {"name": "api", "image": "nginx:1"}
    base = {"name": "dev", "namespace": "fq", "sampling_rules": rules, "services": [service]}

    with pytest.raises((ConfigurationError, ValueError), match=words):
        Environment.model_validate({**base, **keys})


def test_the_name_of_its_stack_is_no_services() -> None:
    rules = SamplingRuleSet(rules=())
    service = {"name": "image-cache", "image": "nginx:1"}
    base = {"name": "dev", "namespace": "fq", "sampling_rules": rules, "services": [service]}

    with pytest.raises(ValueError, match="name of the image-cache stack"):
        Environment.model_validate({**base, "image_cache": True})
    assert Environment.model_validate(base).image_cache_prefix is None
