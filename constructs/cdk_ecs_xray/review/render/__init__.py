"""A report in the forms that people and programs read."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from cdk_ecs_xray.review.report import Report


def render(report: Report, form: str, **options: Any) -> str:
    """Return a report as text that ends with a line break.

    :param form: the name of a module beside this one: terminal, markdown, html, json or sarif.
    :param options: ``colours`` and ``width`` for a terminal.
    """
    # Only what is asked for is loaded, as the terminal's form takes a while.
    module = import_module(f"cdk_ecs_xray.review.render.{form}")
    rendered: Callable[..., str] = module.rendered
    return rendered(report, **options)
