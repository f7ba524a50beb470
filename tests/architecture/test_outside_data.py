"""Data from outside is read and parsed in ``files/`` alone, which holds every bound."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

PACKAGE = "constructs/cdk_ecs_xray"
# By the module's name and the function's; a method is found by its own name alone.
FUNCTIONS = {
    *(("json", name) for name in ("load", "loads")),
    *(("yaml", name) for name in ("load", "safe_load", "full_load", "unsafe_load", "compose")),
    *(("hcl2", name) for name in ("load", "loads")),
    *(("tomllib", name) for name in ("load", "loads")),
    *(("ET", name) for name in ("parse", "fromstring")),
    *(("zipfile", "ZipFile"), ("pickle", "loads"), ("csv", "reader"), ("csv", "DictReader")),
    *(("configparser", "ConfigParser"), ("request", "urlopen"), ("sqlite3", "connect")),
    *((opener, "open") for opener in ("os", "io", "tarfile", "gzip", "bz2", "lzma", "codecs")),
    *(("os", "fdopen"), ("fileinput", "input")),
}
METHODS = {"read_text", "read_bytes", "open", "raw_decode"}
BUILT_IN = {"open", "input"}
# Each with the reason why it is not one of the readers in files/.
KNOWN: Mapping[str, str] = {
    "cdk/own_function.py read_text": "the kit's own handlers, from the package",
    "cdk/default_sampling_rule_handler.py urlopen": "CloudFormation's address, from its own event",
    "cdk/transaction_search_handler.py urlopen": "CloudFormation's address, from its own event",
    "cli/atomic_file.py fdopen": "only writes",
    "cli/atomic_file.py open": "only writes",
    "cli/guard.py open": "os.devnull, to write to",
    "local/cdk_log.py fdopen": "only writes",
    "local/process.py open": "only writes",
    "local/relay/proxy.py open": "the one address that the relay's user passes on to",
    "local/relay/relay.py open": "only writes",
    "local/run_folder.py fdopen": "only writes",
    "local/run_folder.py open": "a run's own settings and lock, in a private folder",
    "local/server.py stdin": "one word of the process that started the server, or its end",
    "sampling/filter_expression.py open": "the kit's own grammar, from the package",
    "sampling/filter_tokens.py raw_decode": "a text of an expression that files/ has bounded",
    # Logs are gigabytes: DuckDB reads them, after files/ has opened each as a regular file.
    "sampling/traffic/access_logs.py open": "only writes",
    "sampling/traffic/compression.py open": "the first bytes of a log, and parts of 1 MiB",
    "sampling/traffic/log_files.py open": "the first bytes of a log, and a copy of standard input",
    "sampling/traffic/log_files.py stdin": "copied into the temporary folder in parts",
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
    "page/views.py read_text": "the kit's own scripts, from the package",
    "review/baseline.py open": "an archive that git made of the user's repository",
    "review/render/html.py read_text": "the kit's own style sheet, from the package",
    "stacks/tokens.py loads": "a function that this module itself wrote",
}


def parsing(tree: ast.Module) -> Iterator[str]:
    """Yield the name of every function that is called to open, read or parse something.

    A function that was imported by its name counts where it is imported.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = (node.module or "").rpartition(".")[2]
            yield from (one.name for one in node.names if (module, one.name) in FUNCTIONS)
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.stdin":
            yield "stdin"
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and called.id in BUILT_IN:
            yield called.id
        if not isinstance(called, ast.Attribute):
            continue
        owner = called.value
        name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
        if called.attr in METHODS or (name, called.attr) in FUNCTIONS:
            yield called.attr


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


@pytest.mark.parametrize(
    "code",
    [
        "json.loads(x)",
        "yaml.safe_load(x)",
        "Path(x).read_text()",
        "hcl2.loads(x)",
        "open(x)",
        "path.open('rb')",
        "os.open(x, 0)",
        "from json import loads",
        "from os import open as opened",
        "from urllib.request import urlopen",
        "urllib.request.urlopen(x)",
        "sys.stdin.read()",
        "sys.stdin.buffer.read(9)",
        "gzip.open(x)",
        "csv.reader(x)",
    ],
)
def test_the_search_would_find(code: str) -> None:
    assert len(list(parsing(ast.parse(code)))) == 1


@pytest.mark.parametrize("code", ["json.dumps(x)", "self.opened(x)", "from json import dumps"])
def test_the_search_passes_over(code: str) -> None:
    assert list(parsing(ast.parse(code))) == []
