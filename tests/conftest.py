"""What every test stands on: the pinned Node, assemblies in-process, no network."""

from __future__ import annotations

import gc
import json
import os
import re
import sys

import stacks.few_collections  # isort: skip
import stacks.pinned_node  # isort: skip  # noqa: F401 - before the first import of aws_cdk

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from cdk_ecs_xray.local import process
from cdk_ecs_xray.local.isolation import NO_ACCOUNT, tells_about_aws

if TYPE_CHECKING:
    import aws_cdk as cdk

pytest_plugins = ("tests.project_files", "tests.right_template", "tests.rules_files")

REPOSITORY = Path(__file__).resolve().parent.parent
_LOOPBACK = ("127.0.0.1", "::1", "localhost")

# Two CPU seconds at every synthesis in this process; the command line's own run with it.
os.environ["CDK_VALIDATION"] = "false"


# No test knows of an account, whatever shell it is run from.
for _name in filter(tells_about_aws, list(os.environ)):
    del os.environ[_name]
os.environ.update(NO_ACCOUNT, CDK_HOME=str(Path(sys.prefix) / "cdk-home"))


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if host is not None and host not in _LOOPBACK:
        raise PermissionError(f"a test must not leave this machine, got {host!r}")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-snapshots",
        action="store_true",
        help="Rewrite the files in tests/stacks/snapshots.",
    )


def pytest_configure() -> None:
    # An audit hook sees C extensions too, and nothing can take it off again.
    sys.addaudithook(_refuse_network)
    # On a busy machine a right example may take longer than a deadline allows.
    settings.register_profile("unhurried", deadline=None)
    settings.load_profile("unhurried")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start the long files first: at the end, one of them would keep one processor of many."""
    items.sort(key=lambda item: "/end_to_end/" not in item.path.as_posix())


def pytest_collection_finish() -> None:
    """Leave out of garbage collections what was imported: it stays, and was a sixth of the time."""
    gc.freeze()


def pytest_unconfigure() -> None:
    """Let the last collection see all of it again, or DuckDB's binding reports it as leaked."""
    gc.unfreeze()


@pytest.fixture(scope="session", autouse=True)
def measured_servers() -> None:
    """Let the AWS emulator, whose environment is short, be measured when everything is.

    Its code runs in no other process, so that without this none of it counts as covered.
    """
    measuring = {name: text for name, text in os.environ.items() if name.startswith("COVERAGE_")}
    if measuring:
        short = process.server_environment
        process.server_environment = lambda: {**short(), **measuring}


@dataclass(frozen=True, kw_only=True)
class Synthesised:
    """A stack as its assembly holds it: the template, and what its constructs said."""

    name: str
    environment: str
    template: Mapping[str, Any]
    warnings: Sequence[str]
    errors: Sequence[str]

    def resources(self, kind: str) -> Mapping[str, Any]:
        """Return the resources of a CloudFormation type, whole, by logical id."""
        return {
            logical_id: resource
            for logical_id, resource in self.template.get("Resources", {}).items()
            if resource["Type"] == kind
        }

    def properties(self, kind: str) -> Mapping[str, Any]:
        """Return the properties of the only resource of a type."""
        (resource,) = self.resources(kind).values()
        found: Mapping[str, Any] = resource.get("Properties", {})
        return found

    def containers(self) -> Mapping[str, Any]:
        """Return the containers of the only task definition, by name."""
        definitions = self.properties("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
        return {container["Name"]: container for container in definitions}


def _read_assembly(folder: Path) -> dict[str, Synthesised]:
    found = {}
    for manifest in sorted(folder.rglob("manifest.json")):
        for artifact_id, artifact in json.loads(manifest.read_text())["artifacts"].items():
            if artifact["type"] != "aws:cloudformation:stack":
                continue
            name = artifact["properties"].get("stackName", artifact_id)
            template = manifest.parent / artifact["properties"]["templateFile"]
            found[name] = Synthesised(
                name=name,
                environment=artifact["environment"],
                template=json.loads(template.read_text()),
                warnings=_said(manifest.parent, artifact, "aws:cdk:warning"),
                errors=_said(manifest.parent, artifact, "aws:cdk:error"),
            )
    return found


def _said(folder: Path, artifact: Mapping[str, Any], level: str) -> Sequence[str]:
    metadata = artifact.get("metadata", {})
    if "additionalMetadataFile" in artifact:
        metadata = metadata | json.loads((folder / artifact["additionalMetadataFile"]).read_text())
    return [
        entry["data"]
        for entries in metadata.values()
        for entry in entries
        if entry["type"] == level
    ]


@pytest.fixture(scope="session")
def assemble(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., Mapping[str, Synthesised]]:
    """Return every stack, by its name, of an app that a function fills."""
    import aws_cdk as cdk

    def run(
        build: Callable[[cdk.App], object],
        *,
        context: Mapping[str, object] | None = None,
        folder: Path | None = None,
    ) -> Mapping[str, Synthesised]:
        folder = tmp_path_factory.mktemp("assembly") if folder is None else folder
        app = cdk.App(outdir=str(folder), context=context, analytics_reporting=False)
        build(app)
        app.synth()
        return _read_assembly(folder)

    return run


@pytest.fixture(scope="session")
def synthesise(
    assemble: Callable[..., Mapping[str, Synthesised]],
) -> Callable[[Callable[[cdk.Stack], object]], Synthesised]:
    """Return the stack that a function fills."""
    import aws_cdk as cdk

    def run(build: Callable[[cdk.Stack], object]) -> Synthesised:
        return assemble(lambda app: build(cdk.Stack(app, "Stack")))["Stack"]

    return run


@pytest.fixture(scope="session")
def variables() -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Return a container's plain variables."""

    def read(container: Mapping[str, Any]) -> dict[str, Any]:
        pairs = container.get("Environment", [])
        found = {pair["Name"]: pair["Value"] for pair in pairs}
        assert len(found) == len(pairs), "a variable is there twice"
        return found

    return read


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shipped_context() -> Mapping[str, object]:
    """The feature flags of cdk.json, which the command line hands to the shipped app."""
    found: Mapping[str, object] = json.loads((REPOSITORY / "cdk.json").read_text())["context"]
    return found


@pytest.fixture(scope="session")
def reads_well() -> Callable[[object], bool]:
    """Whether a problem reads as one of the four forms, each after its place."""
    place, fix = r"\S[^\n]*?: ", r"\. [^\n]*[.?]$"
    shape = re.compile(
        rf"{place}(?:[^\n]*\b(?:must|should|may|is|are|could|stays?|already)\b[^\n]* \(got [^\n]+\)"
        r"|[^\n]*\b(?:is|are) required\b[^\n]*|[^\n]* requires [^\n]*"
        rf"|[^\n]* cannot be combined|[^\n]*not found\b[^\n]*){fix}"
    )
    return lambda problem: shape.fullmatch(str(problem).rstrip("\n")) is not None
