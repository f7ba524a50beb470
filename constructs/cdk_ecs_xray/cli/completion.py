"""``ecs-xray completion``: what a shell needs to complete commands and options."""

from __future__ import annotations

import click

_PROGRAM = "ecs-xray"
_VARIABLE = "_ECS_XRAY_COMPLETE"  # The one that click derives from the program's name.


@click.command(
    epilog="""\b
bash: eval "$(ecs-xray completion bash)"
zsh:  eval "$(ecs-xray completion zsh)"
fish: ecs-xray completion fish | source"""
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that lets SHELL complete commands, options and environments."""
    from click.shell_completion import get_completion_class

    script = get_completion_class(shell)
    assert script is not None, "click knows the three shells"  # noqa: S101 - for mypy
    click.echo(script(context.find_root().command, {}, _PROGRAM, _VARIABLE).source())
