"""The AWS emulator runs no code but this kit's own custom resources, and calls nobody outside.

Ministack would run Lambda functions, Glue jobs, resolvers, init scripts and more as the user who
started the server. Two locks: functions are compared with the kit's own before they run, and the
interpreter refuses to start any other process and to connect to any other machine.
"""

from __future__ import annotations

import contextvars
import io
import sys
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc
from ministack.services.cloudformation import custom_resource

OWN_HANDLERS = tuple(
    Path(__file__).parents[1] / "cdk" / name
    for name in ("default_sampling_rule_handler.py", "transaction_search_handler.py")
)
_MEMBER = "index.py"
_ENTRY = "index.handler"
_LARGEST = 1_000_000
# The events of CPython's audit table that start a program.
_STARTS = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.system",
        "pty.spawn",
        "subprocess.Popen",
    }
)
# The events that reach for another machine, and which argument names it.
_CALLS: Mapping[str, int] = {
    "socket.connect": 1,
    "socket.sendmsg": 1,
    "socket.sendto": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyaddr": 0,
    "socket.gethostbyname": 0,
}
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_may_start = contextvars.ContextVar("may_start", default=False)


class ExecutionRefusedError(RuntimeError):
    """Somebody asked the AWS emulator to run a program that is not the kit's."""


def restrict() -> None:
    """Put both locks on, once per process, before the first request."""
    _compare_functions()
    sys.addaudithook(_audit)


def is_own(config: Mapping[str, Any], code_zip: bytes | None) -> bool:
    """Whether a function is the kit's own custom resource, and nothing around it is different."""
    return (
        str(config.get("Runtime", "")).startswith("python")
        and config.get("Handler") == _ENTRY
        and not config.get("Layers")
        # Some variables, such as PYTHONSTARTUP and LD_PRELOAD, run a program too.
        and not (config.get("Environment") or {}).get("Variables")
        and code_zip is not None
        and _only_member(code_zip) in _own_code()
    )


def refusal(name: str) -> str:
    """What whoever calls another function reads."""
    return (
        f"The AWS emulator runs no code but this kit's own custom resources (got function {name}). "
        "Deploy stacks with other functions to a real account."
    )


@cache
def _own_code() -> frozenset[bytes]:
    return frozenset(handler.read_bytes() for handler in OWN_HANDLERS)


def _only_member(code_zip: bytes) -> bytes | None:
    """The one file of an inline function; None for any other archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(code_zip)) as archive:
            (member,) = archive.infolist()
            if member.filename != _MEMBER or member.file_size > _LARGEST:
                return None
            return archive.read(member)
    except (ValueError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return None


def _compare_functions() -> None:
    dispatch = lambda_svc._execute_function_dispatch
    invoke = custom_resource.invoke_custom_resource
    spawn = lambda_runtime.Worker._spawn

    def dispatch_own(func: Any, config: Any, *rest: Any) -> Any:
        if is_own(config, func.get("code_zip")):
            return dispatch(func, config, *rest)
        text = refusal(config.get("FunctionName", "unknown"))
        return {"body": {"errorMessage": text, "errorType": "ExecutionRefused"}, "error": True}

    def invoke_own(*arguments: Any, **named: Any) -> Any:
        properties = named.get("props") or arguments[2]
        token = properties.get("ServiceToken", "")
        # Ministack would wait for the answer of a function that never ran.
        record, config, name = lambda_svc._get_func_record_for_ref(token)
        if record is not None and config is not None:
            code = lambda_svc._execution_record_for_config(record, config).get("code_zip")
            if not is_own(config, code):
                raise ExecutionRefusedError(refusal(name))
        return invoke(*arguments, **named)

    def spawn_own(worker: Any) -> None:
        if not is_own(worker.config, worker.code_zip):
            raise ExecutionRefusedError(refusal(worker.func_name))
        mark = _may_start.set(True)
        try:
            spawn(worker)
        finally:
            _may_start.reset(mark)

    lambda_svc._execute_function_dispatch = dispatch_own
    custom_resource.invoke_custom_resource = invoke_own
    lambda_runtime.Worker._spawn = spawn_own


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse what would start a program or leave this machine; nothing can take this off again."""
    if event in _STARTS:
        if not _may_start.get():
            raise ExecutionRefusedError(f"the AWS emulator starts no program (got {event})")
    elif event in _CALLS:
        address = arguments[_CALLS[event]]
        host = address[0] if isinstance(address, tuple) else address
        # A path is a socket of this machine's; None is a connected socket, or any address.
        if _CALLS[event] == 1 and not isinstance(address, tuple):
            return
        if host is not None and str(host) not in _LOOPBACK:
            raise ExecutionRefusedError(f"the AWS emulator calls nobody outside (got {host!r})")
