"""`ecs-xray init` in folders of every kind: what it writes, what it leaves, what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.environments.folder import read_environments
from cdk_ecs_xray.sampling import SamplingRuleSet
from tests.cli.project_folder import PYTHON, files_in, fill

NEW = {
    ".gitignore",
    "README.md",
    "app.py",
    "cdk.json",
    "environments/dev.yaml",
    "requirements.txt",
    "sampling/rules.yaml",
}


def test_an_empty_folder_gets_all_of_a_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert run(["init"]) == 0

    assert files_in(tmp_path).keys() == NEW
    (environment,) = read_environments("environments").values()
    (service,) = environment.services
    assert (environment.name, environment.namespace, service.name) == ("dev", "app", "web")
    said = capsys.readouterr().out
    assert [line.split()[0] for line in said.splitlines()[: len(NEW)]] == ["written"] * len(NEW)
    assert "cdk deploy 'dev/**'" in said


def test_every_option_reaches_the_environment(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "with space"

    assert run([
        "init", str(folder), "--name", "Orders", "--env", "qa", "--namespace", "acme",
        "--launch", "fargate", "--subnet", "subnet-0a1b2c3d", "--subnet", "ssm:/net/b",
    ]) == 0  # fmt: skip

    environment = read_environments(folder / "environments")["qa"]
    (service,) = environment.services
    assert environment.namespace == "acme"
    assert (service.name, service.launch) == ("Orders", "fargate")
    assert environment.vpc is not None
    assert environment.vpc.subnets == ("subnet-0a1b2c3d", "ssm:/net/b")


@pytest.mark.parametrize("name", ["true", "Null", "false"])
def test_a_name_that_yaml_reads_as_another_kind_is_quoted(tmp_path: Path, name: str) -> None:
    assert run(["init", str(tmp_path), "--name", name]) == 0

    (environment,) = read_environments(tmp_path / "environments").values()
    assert environment.services[0].name == name


def test_fargate_without_subnets_says_what_is_still_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", str(tmp_path), "--launch", "fargate"]) == 0

    assert "make the parameter /app/dev/subnet" in capsys.readouterr().out


def test_a_second_run_writes_nothing_and_ends_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", str(tmp_path)]) == 0
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    capsys.readouterr()

    assert run(["init", str(tmp_path)]) == 0

    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    said = capsys.readouterr().out
    assert "written" not in said
    # The app it wrote adds environments already.
    assert "from cdk_ecs_xray import" not in said


def test_another_environment_keeps_changed_rules_and_app(tmp_path: Path) -> None:
    assert run(["init", str(tmp_path)]) == 0
    rules = "rules:\n  - {name: a, priority: 1, url_path: /a, fixed_rate: 0.5}\n"
    (tmp_path / "sampling" / "rules.yaml").write_text(rules)
    before = files_in(tmp_path)

    assert run(["init", str(tmp_path), "--env", "prod"]) == 0

    after = files_in(tmp_path)
    assert after.keys() - before.keys() == {"environments/prod.yaml"}
    assert {name: after[name] for name in before} == before
    assert set(read_environments(tmp_path / "environments")) == {"dev", "prod"}


def test_an_app_in_python_gets_only_what_fits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path, PYTHON)

    assert run(["init", str(tmp_path)]) == 0

    after = files_in(tmp_path)
    assert after.keys() - PYTHON.keys() == {"environments/dev.yaml", "sampling/rules.yaml"}
    assert {name: after[name] for name in PYTHON} == PYTHON
    said = capsys.readouterr().out
    assert 'add_environments(app, "environments")' in said
    assert "XRayTracingAspect" in said


@pytest.mark.parametrize(
    "command",
    ["npx ts-node --prefer-ts-exts bin/shop.ts", "mvn -e -q compile exec:java", "dotnet run", ""],
)
def test_an_app_in_another_language_gets_rules_and_the_ways_from_outside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    fill(tmp_path, {"cdk.json": json.dumps({"app": command})})

    assert run(["init", str(tmp_path)]) == 0

    assert files_in(tmp_path).keys() == {"cdk.json", "sampling/rules.yaml"}
    said = capsys.readouterr().out
    assert "ecs-xray review" in said
    assert "ecs-xray inject" in said
    assert "add_environments" not in said


@pytest.mark.parametrize(
    "command", [".venv/bin/python app.py", "python3.12 -m shop", "uv run shop.py", "'python3' 'a'"]
)
def test_python_is_known_by_the_command(tmp_path: Path, command: str) -> None:
    fill(tmp_path, {"cdk.json": json.dumps({"app": command})})

    assert run(["init", str(tmp_path)]) == 0

    assert (tmp_path / "environments" / "dev.yaml").is_file()


def test_the_own_readme_and_gitignore_of_a_new_repository_stay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = {"README.md": "# Mine\n", ".gitignore": "*.log\n", "requirements.txt": "flask\n"}
    fill(tmp_path, own)

    assert run(["init", str(tmp_path)]) == 0

    after = files_in(tmp_path)
    assert {name: after[name] for name in own} == own
    assert after.keys() == NEW
    said = capsys.readouterr().out
    assert "add to .gitignore: cdk.out/" in said
    assert "add to requirements.txt: cdk-ecs-xray[cdk,cli]" in said


def test_the_written_rules_are_without_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["init"]) == 0

    assert run(["rules", "check", "--fail-on", "warning"]) == 0
    assert SamplingRuleSet.from_file("sampling/rules.yaml").rules[0].fixed_rate == 0


def test_a_link_to_a_folder_is_the_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")

    assert run(["init", str(tmp_path / "link")]) == 0

    assert files_in(tmp_path / "real").keys() == NEW
