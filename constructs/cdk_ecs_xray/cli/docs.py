"""``ecs-xray docs``: the text about an id, without a network."""

from __future__ import annotations

import click


@click.command()
@click.argument("name", required=False)
def docs(name: str | None) -> None:
    """Print the text about NAME: the id of a finding, a check or a log line, or a page.

    Without NAME, print the list of pages.
    """
    from cdk_ecs_xray.files.pages import pages, text_about

    click.echo("\n".join(pages()) if name is None else text_about(name).rstrip())
