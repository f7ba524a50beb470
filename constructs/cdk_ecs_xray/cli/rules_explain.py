"""``ecs-xray rules explain``: which rule decides about a request, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from cdk_ecs_xray.cli.rules_options import (
    environment_option,
    require_environments,
    rules_option,
    sdk_option,
)
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.printable import json_text, printable

if TYPE_CHECKING:
    from cdk_ecs_xray.sampling.explaining import Verdict
    from cdk_ecs_xray.sampling.matching import Request


@click.command()
@click.argument("method", required=False)
@click.argument("url", required=False)
@rules_option
@environment_option
@click.option("--service", help="The app's AWS_XRAY_TRACING_NAME; unknown matches every rule.")
@click.option(
    "--service-type",
    help="The app's type, such as AWS::ECS::Container; unknown matches every rule.",
)
@sdk_option
@click.option(
    "--without-request",
    is_flag=True,
    help="Explain work that has no host, method and path: a job or a message.",
)
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Output format: text for people, json for programs.",
)
def explain(
    *,
    method: str | None,
    url: str | None,
    rules_file: Path,
    environment: str | None,
    service: str | None,
    service_type: str | None,
    sdk: str | None,
    without_request: bool,
    output: str,
) -> None:
    """Say which rule decides about METHOD URL, and why the others do not.

    Without --sdk, matching is that of the X-Ray SDK for Python, and SDKs that answer otherwise
    are named.
    """
    from cdk_ecs_xray.sampling import SamplingRuleSet
    from cdk_ecs_xray.sampling.explaining import explain_request
    from cdk_ecs_xray.sampling.sdks import SDKS, USUAL, deciding_otherwise

    request = _asked(method, url, service, service_type, without_request=without_request)
    read = SamplingRuleSet.from_file(rules_file)
    require_environments([environment], read, rules_file=rules_file)
    rules = read.in_environment(environment)
    verdicts = explain_request(rules, read.default, request, SDKS[sdk or USUAL])
    others = {} if sdk is not None else deciding_otherwise(rules, read.default, request)
    if output == "json":
        click.echo(json_text([_document(verdict, others) for verdict in verdicts]))
        return
    for line in _lines(verdicts, others):
        click.echo(printable(line))


def _document(verdict: Verdict, others: Mapping[str, str]) -> Mapping[str, object]:
    name = verdict.rule.name
    return {
        "rule": name,
        "priority": verdict.rule.priority,
        "wins": verdict.wins,
        "reason": verdict.reason,
        "fixed_rate": verdict.rule.fixed_rate,
        "reservoir_size": verdict.rule.reservoir_size,
        "decides_with_sdks": [sdk for sdk, other in others.items() if other == name],
    }


def _lines(verdicts: Sequence[Verdict], others: Mapping[str, str]) -> Sequence[str]:
    width = max(len(verdict.rule.name) for verdict in verdicts)
    lines = []
    for verdict in verdicts:
        rule = verdict.rule
        mark = "→" if verdict.wins else " "
        lines.append(f"{mark} {rule.priority:>5}  {rule.name.ljust(width)}  {verdict.reason}")
    winner = next(verdict.rule for verdict in verdicts if verdict.wins)
    lines += [
        "",
        f"{winner.name} decides: the first {winner.reservoir_size} a second, then "
        f"{winner.fixed_rate:.4g} of the rest",
    ]
    for answer in dict.fromkeys(others.values()):
        names = ", ".join(name for name, other in others.items() if other == answer)
        lines.append(f"with another SDK {answer} decides: --sdk {names}")
    return lines


def _asked(
    method: str | None,
    url: str | None,
    service: str | None,
    service_type: str | None,
    *,
    without_request: bool,
) -> Request:
    from cdk_ecs_xray.sampling.matching import Request

    if without_request:
        if method is not None:
            raise ConfigurationError(
                Problem(
                    where="rules explain",
                    what="METHOD URL and --without-request cannot be combined",
                    fix="Keep one.",
                )
            )
        return Request(service_name=service, service_type=service_type, is_work=True)
    if method is None or url is None:
        raise ConfigurationError(
            Problem(
                where="rules explain",
                what="METHOD and URL are required",
                fix="Pass them, or --without-request.",
            )
        )
    return _request(method, url, service, service_type)


def _request(method: str, url: str, service: str | None, service_type: str | None) -> Request:
    from cdk_ecs_xray.sampling.matching import Request

    try:
        parts = urlsplit(url if "://" in url or url.startswith("/") else f"https://{url}")
    except ValueError as error:
        raise ConfigurationError(
            Problem(
                where="URL",
                what="must be an address such as https://example.com/path",
                got=f"'{url}' ({error})",
                fix="Check its brackets.",
            )
        ) from None
    return Request(
        host=parts.netloc.rpartition("@")[2] or None,
        http_method=method,
        url_path=parts.path or "/",
        query=parts.query or None,
        service_name=service,
        service_type=service_type,
    )
