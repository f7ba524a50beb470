"""``ecs-xray rules simulate``: what rules record of real or assumed traffic, and what it costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cdk_ecs_xray.cli.rules_options import environment_option, rules_option, sdk_option

# Spelled here too, so that the command starts without reading the readers.
LOG_FORMATS = (
    *("alb", "cloudfront", "cloudfront-realtime", "combined", "envoy", "haproxy", "json"),
)
_OPTIONS = (
    click.argument("logs", nargs=-1, metavar="[LOG]..."),
    rules_option,
    environment_option,
    click.option(
        "--against",
        metavar="FILE|REVISION",
        help="Compare with these rules: a file, or the same file in a git revision such as HEAD.",
    ),
    click.option(
        "--log-format",
        type=click.Choice(["auto", *LOG_FORMATS]),
        default="auto",
        help="Format of the logs; detected by default.",
    ),
    click.option(
        "--fields",
        multiple=True,
        metavar="PART=FIELD",
        help="For JSON lines: the field that holds time, host, method or path.",
    ),
    click.option("--host", help="Host of every request, for logs without one."),
    click.option("--service", help="AWS_XRAY_TRACING_NAME of the app that answers."),
    click.option("--service-type", help="Type of that app, such as AWS::ECS::Container."),
    sdk_option,
    click.option(
        "--rps",
        type=click.FloatRange(0, min_open=True),
        help="Requests per second: scales the logs to it, or replaces them.",
    ),
    click.option(
        "--traffic",
        type=click.Path(path_type=Path, readable=False),
        help="A file of routes and their requests a second, instead of logs.",
    ),
    click.option(
        "--processes",
        type=click.IntRange(1, 100_000),
        default=1,
        show_default=True,
        help="App processes that share the traffic.",
    ),
    click.option(
        "--days",
        type=click.FloatRange(0, 366, min_open=True),
        default=31,
        show_default=True,
        help="Days per month to price.",
    ),
    click.option(
        "--seed",
        type=int,
        default=0,
        show_default=True,
        help="Seed of what is random: the same seed gives the same traces.",
    ),
    click.option(
        "--region", default="us-east-1", show_default=True, help="Region whose prices apply."
    ),
    click.option(
        "--price-per-million",
        type=click.FloatRange(0),
        help="Price in $ per million recorded traces.",
    ),
    click.option(
        "--insights-price-per-million",
        type=click.FloatRange(0),
        help="Price in $ per million traces that insights analyze.",
    ),
    click.option(
        "--free-traces", type=click.IntRange(0), help="Traces recorded free of charge per month."
    ),
    click.option(
        "--traces-elsewhere",
        type=click.FloatRange(0),
        default=0,
        help="Traces per month of others in the account, which share the free tier.",
    ),
    click.option(
        "--traces-scanned",
        type=click.FloatRange(0),
        default=0,
        help="Traces per month that are retrieved or scanned.",
    ),
    click.option(
        "--indexing-percentage",
        type=click.FloatRange(0, 100),
        default=1,
        show_default=True,
        help="With Transaction Search: the share of traces that X-Ray indexes.",
    ),
    click.option(
        "--spans-per-trace",
        type=click.FloatRange(1),
        default=10,
        show_default=True,
        help="With Transaction Search: spans that a trace has, an assumption.",
    ),
    click.option(
        "--span-bytes",
        type=click.FloatRange(1),
        default=1000,
        show_default=True,
        help="With Transaction Search: bytes of a span as it is stored, an assumption.",
    ),
    click.option(
        "--span-price-per-gb",
        type=click.FloatRange(0),
        help="Price in $ per gigabyte of spans that is stored.",
    ),
    click.option(
        "--index-price-per-million",
        type=click.FloatRange(0),
        help="Price in $ per million spans indexed beyond 1 %.",
    ),
    click.option(
        "--format",
        "output",
        type=click.Choice(["text", "json", "markdown"]),
        default="text",
        help="Output format: text for people, json for programs, markdown for a pull request.",
    ),
    click.option(
        "--chart",
        type=click.Path(path_type=Path, readable=False),
        help="Draw traces per minute by rule into this SVG file.",
    ),
    click.option("--from-counts", help="Read the result of --print-athena-sql instead of logs."),
    click.option("--print-athena-sql", is_flag=True, help="Print the query for logs in S3."),
    click.option("--athena-table", help="Table in Athena, for --print-athena-sql."),
)


def _with_options(function: Any) -> Any:
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.command()
@_with_options
def simulate(**options: Any) -> None:
    """Show what the rules record of the traffic in LOGs, and what a month of it costs.

    LOGs are access logs of load balancers (ALB), CloudFront, API Gateway, Envoy, nginx, Apache,
    HAProxy, Traefik or Caddy, or JSON lines. A folder means all files in it, a quoted pattern
    for those it matches; gzip, zstd and bzip2 are read; - is standard input. Without LOGs pass
    --rps or --traffic.
    """
    from cdk_ecs_xray.cli.rules_request import SimulationRequest
    from cdk_ecs_xray.cli.rules_traffic import print_athena_query, run
    from cdk_ecs_xray.local.interruption import scratch_for_all, undo_on_signals

    if options["print_athena_sql"]:
        click.echo(print_athena_query(options["log_format"], options["athena_table"]), nl=False)
        return
    del options["print_athena_sql"], options["athena_table"]
    with undo_on_signals(), scratch_for_all():
        click.echo(run(SimulationRequest(**options)), nl=False)
