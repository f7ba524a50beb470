"""Folders that `ecs-xray init` finds, and what it leaves in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

PYTHON = {
    "cdk.json": '{"app": "python3 shop.py"}',
    "shop.py": "import aws_cdk as cdk\napp = cdk.App()\napp.synth()\n",
    "requirements.txt": "aws-cdk-lib\n",
}


def files_in(folder: Path) -> Mapping[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


def fill(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder
