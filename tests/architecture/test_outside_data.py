"""Data from outside is read and parsed in ``files/`` alone, which holds every bound."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

PACKAGE = "constructs/cdk_ecs_xray"
PARSERS = {
    *(("json", name) for name in ("load", "loads")),
    *(("yaml", name) for name in ("load", "safe_load", "full_load", "unsafe_load", "compose")),
    *(("hcl2", name) for name in ("load", "loads")),
    *(("tomllib", name) for name in ("load", "loads")),
    *(("ET", name) for name in ("parse", "fromstring")),
    *(("tarfile", "open"), ("zipfile", "ZipFile"), ("pickle", "loads"), ("gzip", "open")),
}
METHODS = {"read_text", "read_bytes"}
# Each with the reason why it is not one of the readers in files/.
KNOWN: Mapping[str, str] = {
    "cdk/own_function.py read_text": "the kit's own handlers, from the package",
    "inject/taking_out.py safe_load": "a text that inject itself wrote into a label",
    "inject/tree.py loads": "one scalar of a document that files/ has bounded",
    "local/cdk_log.py read_bytes": "the log of a cdk that this command started",
    "local/cdk_log.py read_text": "the log of a cdk that this command started",
    "local/control.py loads": "the answer of the run's own server, behind its token",
    "local/embedded_aws.py read_text": "the log of a server that this command started",
    "local/execution.py ZipFile": "code that a signed request brought, to compare and not to run",
    "local/execution.py read_bytes": "the kit's own handlers, from the package",
    "local/front.py loads": "what the command itself sends to its own server, behind its token",
    "local/inert/handler.py loads": "what the AWS emulator itself keeps",
    "local/inert/schemas.py loads": "schemas that come with cfn-lint",
    "local/inert/schemas.py read_text": "schemas that come with cfn-lint",
    "local/parity/deployed.py loads": "a template that the AWS emulator holds",
    "local/parity/reference.py loads": "the reference setup, in a folder of the repository",
    "local/parity/reference.py read_text": "the reference setup, in a folder of the repository",
    "local/parity/reference.py safe_load": "the reference setup, in a folder of the repository",
    "local/relay/intake.py loads": "a datagram, of 64 KiB at most",
    "local/relay/relay.py read_text": "the log of a relay that this command started",
    "local/run_folder.py loads": "a run's own settings, of bounded size, in a private folder",
    "local/run_folder.py read_text": "a run's own lock, in a private folder",
    "local/running/deployed_app.py loads": "a secret that the user's own seed holds",
    "local/span_log.py loads": "a policy that a signed request brought",
    "local/xray/compiled.py loads": "a document that was taken, of 64 kB at most",
    "local/xray/documents.py loads": "a token of a signed request",
    "local/xray/otlp_request.py loads": "a request to the AWS emulator, signed by its user",
    "local/xray/segment_documents.py loads": "a request to the AWS emulator, signed by its user",
    "local/xray/service.py loads": "a request to the AWS emulator, signed by its user",
    "local/xray/span_segments.py loads": "an attribute of a span that was taken",
    "page/logs.py loads": "a line of a log, shown as text where it is no JSON",
    "page/reading.py loads": "documents of traces, passed over where they are no JSON",
    "review/baseline.py open": "an archive that git made of the user's repository",
    "review/render/html.py read_text": "the kit's own style sheet, from the package",
}


def parsing(tree: ast.Module) -> Iterator[str]:
    """Yield the name of every function that is called to read or parse something."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        owner, name = call.func.value, call.func.attr
        if name in METHODS or (isinstance(owner, ast.Name) and (owner.id, name) in PARSERS):
            yield name


def test_nothing_else_reads_what_is_from_outside(repository: Path) -> None:
    folder = repository / PACKAGE
    found = {
        f"{path.relative_to(folder).as_posix()} {name}"
        for path in folder.rglob("*.py")
        if path.relative_to(folder).parts[0] != "files"
        for name in parsing(ast.parse(path.read_text(encoding="utf-8")))
    }

    assert sorted(found - set(KNOWN)) == []
    # One that is gone would let the next one in.
    assert sorted(set(KNOWN) - found) == []


def test_the_search_would_find_them() -> None:
    code = "json.loads(x)\nyaml.safe_load(x)\nPath(x).read_text()\nhcl2.loads(x)\njson.dumps(x)"

    assert list(parsing(ast.parse(code))) == ["loads", "safe_load", "read_text", "loads"]
