"""The shipped CDK app: one Stage per file in environments/, or the one that ``-c env`` names."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import stacks.few_collections  # isort: skip
import stacks.pinned_node  # isort: skip  # noqa: F401 - before the first import of aws_cdk
import aws_cdk as cdk

from cdk_ecs_xray import EcsXRayError, add_environments
from stacks.nag import check_with_nag, findings_left


def main() -> int:
    """Synthesize into ``cdk.out``; 1 with the problems on standard error if that cannot be done."""
    app = cdk.App()
    try:
        add_environments(
            app,
            app.node.try_get_context("environments") or "environments",
            only=app.node.try_get_context("env"),
        )
    except EcsXRayError as error:
        print(*error.problems, sep="\n", file=sys.stderr)
        # What an earlier run left must not pass for the answer to this input.
        (Path(os.environ.get("CDK_OUTDIR", "cdk.out")) / "manifest.json").unlink(missing_ok=True)
        return 1
    nag = bool(app.node.try_get_context("nag"))
    if nag:
        check_with_nag(app)
    assembly = Path(app.synth().directory)
    found = list(findings_left(assembly)) if nag else []
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    # Ctrl-C ends it at once, without a traceback of Python's or of jsii's.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(main())
