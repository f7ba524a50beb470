"""The option that names a collector, read from those that there are."""

from __future__ import annotations

from collections.abc import Sequence

import click
from click.shell_completion import CompletionItem


class EngineChoice(click.ParamType[str]):
    """One of the collectors that a sidecar can run. They are loaded when one is asked for."""

    name = "collector"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Return the ids for the help."""
        del param, ctx
        return f"[{'|'.join(_ids())}]"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the id as it is, or fail with all there are."""
        if value not in _ids():
            self.fail(f"{value!r} is not one of {', '.join(map(repr, _ids()))}.", param, ctx)
        return value

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the ids that begin so."""
        del ctx, param
        return [
            CompletionItem(engine_id) for engine_id in _ids() if engine_id.startswith(incomplete)
        ]


def _ids() -> Sequence[str]:
    from cdk_ecs_xray.collectors.engines import deployable

    return deployable()
