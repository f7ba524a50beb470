"""What the page shows, and whose it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cdk_ecs_xray.page.model import Arrival, Collector, LineSource, LogLine, Span, TraceSource


@dataclass(frozen=True, kw_only=True)
class Account:
    """What the page reads.

    :param label: what it is, for the frame of every view.
    :param is_real: an account of AWS's, where each call counts.
    :param lines: where log lines are; None where there are none.
    :param log_groups: whose lines are shown beside traces.
    :param variables: to start an app with that is traced here; empty where nobody knows them.
    :param arrival: how far data came, and ``collector`` through what; None where that is not seen.
    :param caller: whose credentials ask, as an ARN; empty where AWS is not asked.
    :param login: the command that logs them in again; empty where nobody knows it.
    :param whole: the range of all there is, shown by default; None where traces still come.
    """

    label: Sequence[str]
    is_real: bool
    traces: TraceSource
    lines: LineSource | None = None
    log_groups: Sequence[str] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    arrival: Callable[[], Arrival] | None = None
    collector: Collector | None = None
    caller: str = ""
    login: str = ""
    whole: Span | None = None

    def lines_of(self, span: Span, more: Sequence[str] = ()) -> Sequence[LogLine]:
        """Return the log lines of a range, of ``more`` groups too."""
        if self.lines is None:
            return ()
        return self.lines.lines(span, list(dict.fromkeys([*self.log_groups, *more])))
