"""Everything a review says, before it takes a form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cdk_ecs_xray.printable import counted
from cdk_ecs_xray.review.baseline import read_baseline
from cdk_ecs_xray.review.changes import Change, changes
from cdk_ecs_xray.review.inventory import TaskRow, inventory
from cdk_ecs_xray.review.rule import Finding, Rule, findings, in_order
from cdk_ecs_xray.review.rules import RULES
from cdk_ecs_xray.review.rules.not_read import NOT_READ
from cdk_ecs_xray.review.sampling import Cost, costs, sampling_findings
from cdk_ecs_xray.review.security import Permission, permissions
from cdk_ecs_xray.review.sensitive import Hiding
from cdk_ecs_xray.sampling.traffic.profile import TrafficProfile
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.assembly import read_stacks
from cdk_ecs_xray.templates.reading import read_model


@dataclass(frozen=True, kw_only=True)
class Report:
    """A finished review.

    :param source: what was reviewed, as the user named it.
    :param stacks: paths of the stacks.
    :param changes: None without a baseline.
    :param costs: by environment; None without a traffic profile.
    """

    source: str
    stacks: Sequence[str]
    tasks: Sequence[TaskRow]
    findings: Sequence[Finding]
    permissions: Sequence[Permission]
    against: str | None
    changes: Sequence[Change] | None
    costs: Sequence[Cost] | None = None

    def count(self, severity: Severity) -> int:
        """Return how many findings are this bad."""
        return Counter(finding.severity for finding in self.findings)[severity]

    @property
    def verdict(self) -> str:
        """The findings in one line."""
        words = [
            counted(self.count(severity), str(severity))
            for severity in Severity
            if self.count(severity)
        ]
        return ", ".join(words) or "no findings"

    @property
    def coverage(self) -> str:
        """How much of the apps is connected, in one line."""
        if not self.tasks:
            return f"no task definition{self._unread}"
        outcomes = Counter(app.outcome for task in self.tasks for app in task.apps)
        total = sum(outcomes.values())
        open_ones = outcomes["cannot-tell"]
        unknown = f", {open_ones} cannot tell" if open_ones else ""
        where = counted(len(self.tasks), "task definition")
        connected = f"{outcomes['connected']} of {counted(total, 'app container')} connected"
        return f"{connected}{unknown} in {where}{self._unread}"

    @property
    def _unread(self) -> str:
        parts = sum(finding.id == NOT_READ for finding in self.findings)
        return f"; {counted(parts, 'part')} not read" if parts else ""

    def fails(self, level: Severity | None, *, untraced: bool = False) -> bool:
        """Return whether there is a finding as bad as a level, or worse.

        What was not read may hold one, so it counts whatever is asked for.

        :param untraced: an app that is not connected counts too.
        """
        if level is None and not untraced:
            return False
        lost = untraced and any(
            app.outcome == "not-connected" for task in self.tasks for app in task.apps
        )
        return lost or any(
            finding.id == NOT_READ or (level is not None and finding.severity.rank <= level.rank)
            for finding in self.findings
        )


def review(
    path: str,
    *,
    against: str | None = None,
    accepted: Iterable[str] = (),
    traffic: TrafficProfile | None = None,
    processes: int = 1,
    rules: Sequence[Rule] = RULES,
) -> Report:
    """Review a cloud assembly, a template, or a plan or state of Terraform.

    :param path: a folder that cdk synth wrote, a template, what ``terraform show -json`` prints,
        or ``-`` for standard input.
    :param against: a baseline to compare with, as :func:`read_baseline` takes it.
    :param accepted: ids of findings that are left out.
    :param traffic: what costs are worked out for.
    :param processes: app processes that share it.
    :raises ReviewError: when either cannot be read.
    """
    stacks = read_model(read_stacks(path))
    hiding = Hiding.of(stacks)
    accepted = set(accepted)
    found = [*findings(rules, stacks), *sampling_findings(stacks)]
    kept = [hiding.finding(finding) for finding in found if finding.id not in accepted]
    return Report(
        source=path,
        stacks=[stack.source.path for stack in stacks],
        tasks=[hiding.row(row) for row in inventory(stacks)],
        findings=in_order(list(dict.fromkeys(kept)), stacks),
        permissions=[hiding.permission(one) for one in permissions(stacks)],
        against=against,
        changes=None
        if against is None
        else changes(read_model(read_baseline(against, path=path)), stacks),
        costs=None if traffic is None else costs(stacks, traffic, processes=processes),
    )
