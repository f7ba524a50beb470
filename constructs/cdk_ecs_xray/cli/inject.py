"""``ecs-xray inject``: tracing for a task definition that no CDK app made."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from cdk_ecs_xray.cli.engine_choice import EngineChoice
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.printable import json_text

if TYPE_CHECKING:
    from cdk_ecs_xray.cli.inject_report import Outcome
    from cdk_ecs_xray.inject import TracingOptions

_STANDARD = "-"
_JSON = "json"
_EPILOG = """\b
ecs-xray inject task-definition.json -o traced.json
ecs-xray inject traced.json --remove -o task-definition.json
ecs-xray inject task-definition.json --instrument python -o traced.json
ecs-xray inject task-definition.json --replace --collector adot --diff
ecs-xray inject task-definition.json --direct node -o traced.json
aws ecs describe-task-definition --task-definition web | ecs-xray inject - --log-group /ecs/web
"""


@click.command(epilog=_EPILOG)
@click.argument("source", metavar="FILE")
@click.option("--remove", is_flag=True, help="Take out what inject added, and nothing else.")
@click.option(
    "--replace",
    is_flag=True,
    help="Exchange a collector that is there for the one of these options. Shows the difference.",
)
@click.option("-o", "--output", help="File to write. Default: standard output.")
@click.option("--in-place", is_flag=True, help="Write into FILE itself.")
@click.option(
    "--diff", is_flag=True, help="Show what would change, without secrets, and write nothing."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", _JSON]),
    default="text",
    show_default=True,
    help="Output format: text for people, json for programs; json needs -o, --in-place or --diff.",
)
@click.option(
    "--collector",
    type=EngineChoice(),
    help="Collector that runs in the sidecar. Default: xray-daemon; adot with "
    "--instrument, cloudwatch-agent with --application-signals.",
)
@click.option(
    "--exporter",
    type=click.Choice(["xray", "otlp", "both"]),
    default="xray",
    show_default=True,
    help="How traces leave adot and cloudwatch-agent: X-Ray's own API, its endpoint for "
    "OpenTelemetry, or each the way it came.",
)
@click.option(
    "--instrument",
    multiple=True,
    metavar="LANGUAGE",
    help="Trace apps without touching their code: dotnet, java, node or python for all of them, "
    "CONTAINER=LANGUAGE for one.",
)
@click.option("--esm", is_flag=True, help="With node: the app has ES modules.")
@click.option("--musl", is_flag=True, help="With dotnet: the app's image has musl, as Alpine has.")
@click.option(
    "--application-signals",
    is_flag=True,
    help="With --instrument: add the metrics of CloudWatch Application Signals, which AWS charges "
    "for. The CloudWatch agent collects them.",
)
@click.option(
    "--direct",
    type=click.Choice(["dotnet", "java", "node", "python"]),
    help="Add no collector: AWS's OpenTelemetry distribution in the images sends to X-Ray itself.",
)
@click.option(
    "--sampling-ratio",
    type=float,
    help="With --direct: the part of traces to record. Default: 0.05.",
)
@click.option(
    "--botocore-in-image", is_flag=True, help="With --direct python: the image has botocore."
)
@click.option(
    "--profile",
    type=click.Choice(["safe", "terraform"]),
    default="safe",
    show_default=True,
    help="Sizes and failure behavior: fail open, or the reference setup's essential container.",
)
@click.option("--registry", help="Registry of the images. Default: public.ecr.aws.")
@click.option("--region", help="Region of the traces. Default: the region in FILE.")
@click.option(
    "--network-mode", help="Network mode of a FILE without one, such as a list of containers."
)
@click.option("--log-group", help="An existing log group for the collector's own log.")
@click.option(
    "--no-log", is_flag=True, help="Leave the collector's log to the host's default driver."
)
@click.option(
    "--size-to-fit",
    is_flag=True,
    help="Raise the task's cpu and memory if they leave no room for the sidecar. Costs more.",
)
@click.option("--tracing-name", help="The service's name in X-Ray. Default: the container's name.")
@click.option("--namespace", help="Name prefix; use with --environment and --service.")
@click.option("--environment", help="Environment in these names, such as dev or '${ENVIRONMENT}'.")
@click.option(
    "--service", help="Service in these names, such as ledger-watcher or '${SERVICE_NAME}'."
)
def inject(
    source: str,
    *,
    output: str | None,
    in_place: bool,
    diff: bool,
    form: str,
    remove: bool,
    **given: Any,
) -> None:
    """Add a collector to the task definition in FILE and connect its containers to it.

    FILE is JSON or YAML, as register-task-definition takes it or describe-task-definition prints
    it, or a list of containers as Terraform has it; - reads standard input. What is there stays as
    it is, placeholders such as ${ENVIRONMENT} included. Injecting twice changes nothing.
    """
    _require_one_target(source, output, in_place)
    target = source if in_place else output
    if form == _JSON:
        _require_own_output(target, diff=diff)
    if remove:
        _require_alone(tuple(given))
        outcome = _removed(source)
    else:
        from cdk_ecs_xray.cli.inject_options import tracing_options

        outcome = _traced(source, tracing_options(**given))
    _deliver(outcome, target, diff=diff, form=form, shown_first=given["replace"])


def _traced(source: str, options: TracingOptions) -> Outcome:
    from cdk_ecs_xray.cli.inject_report import Outcome
    from cdk_ecs_xray.inject import policy, trace_text

    original, where = _read(source)
    traced = trace_text(original, where=where, options=options)
    injection = traced.injection
    return Outcome(
        where=where,
        before=original,
        after=traced.text,
        title="traced",
        sidecar=None if injection.sidecar is None else injection.sidecar["name"],
        warnings=injection.warnings,
        log_group=injection.log_group,
        policy=None if injection.description is None else policy(injection.description),
    )


def _removed(source: str) -> Outcome:
    from cdk_ecs_xray.cli.inject_report import Outcome
    from cdk_ecs_xray.inject import untrace_text

    original, where = _read(source)
    untraced = untrace_text(original, where=where)
    return Outcome(
        where=where,
        before=original,
        after=untraced.text,
        title="without tracing",
        sidecar=untraced.sidecar,
        warnings=untraced.warnings,
    )


def _deliver(
    outcome: Outcome, target: str | None, *, diff: bool, form: str, shown_first: bool
) -> None:
    from cdk_ecs_xray.cli.inject_report import print_notes

    written = None if diff else target
    # Made first: what cannot be said must not leave a written file behind.
    document = outcome.as_document(output=written) if form == _JSON else None
    if shown_first and not diff and document is None:
        click.echo(outcome.difference, nl=False, err=True)
    if written is not None and written != _STANDARD:
        _write(written, outcome.after)
    elif not diff:
        sys.stdout.buffer.write(outcome.after.encode())
    if document is not None:
        click.echo(json_text(document))
        return
    if diff:
        click.echo(outcome.difference, nl=False)
    print_notes(outcome)


def _require_alone(names: Sequence[str]) -> None:
    """Refuse options that say how to trace beside the one that takes tracing out."""
    context = click.get_current_context()
    problems = [
        Problem(
            where="inject",
            what=f"--remove and --{name.replace('_', '-')} cannot be combined",
            fix="Keep one.",
        )
        for name in names
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if problems:
        raise ConfigurationError(*problems)


def _require_one_target(source: str, output: str | None, in_place: bool) -> None:
    if in_place and (source == _STANDARD or output is not None):
        other = "standard input" if source == _STANDARD else f"--output {output}"
        raise ConfigurationError(
            Problem(
                where="inject",
                what=f"--in-place and {other} cannot be combined",
                fix="Keep one.",
            )
        )


def _require_own_output(target: str | None, *, diff: bool) -> None:
    if not diff and target in (None, _STANDARD):
        raise ConfigurationError(
            Problem(
                where="inject",
                what="--format json and the task definition on standard output cannot be combined",
                fix="Pass -o FILE, --in-place or --diff too.",
            )
        )


def _read(source: str) -> tuple[str, str]:
    from cdk_ecs_xray.files.text_file import displayed, read_standard_input, read_text

    if source == _STANDARD:
        where = "standard input"
        return read_standard_input(where=where), where
    return read_text(Path(source)), displayed(source)


def _write(target: str, text: str) -> None:
    from cdk_ecs_xray.cli.atomic_file import write_atomically

    write_atomically(Path(target), text.encode())
