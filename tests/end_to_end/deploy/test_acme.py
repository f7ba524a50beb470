"""A team's environment, in an account that has its network, cluster and roles already."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.end_to_end.deploy.local_command import run_local

ACME = Path(__file__).parent / "acme"


def test_it_is_deployed_as_it_is(copy_project: Callable[..., Path], tmp_path: Path) -> None:
    folder = copy_project(tmp_path / "project")
    for name in ("environments", "sampling", "tasks"):
        shutil.copytree(ACME / name, folder / name, dirs_exist_ok=True)

    done = run_local(
        "deploy", "--env", "acme-int", "--seed", str(ACME / "seed.yaml"), folder=folder
    )

    assert done.returncode == 0, done.stdout
    for stack in ("sampling", "orders", "payments", "settlement", "monitoring"):
        assert re.search(rf"acme-acme-int-{stack} +CREATE_COMPLETE", done.stdout), done.stdout
    # What the scaling and the balancer belong to is the cluster and the listener that were there.
    assert "service/acme-int/acme-acme-int-orders" in done.stdout
    assert "listener-rule/app/acme-int/0123456789abcdef/0123456789abcdef/" in done.stdout
