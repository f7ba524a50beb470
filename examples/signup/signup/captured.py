"""Subsegments around business logic, on traced and untraced routes alike.

Whatever becomes of X-Ray, the function runs, and what it returns or raises is what the caller gets:
without a segment nothing is recorded, and an error of the SDK's is logged and goes no further.

    total = captured("price")(price)(cart)               # sync and async functions
    store(order, captured_callback("stored", done))      # callback(error, result)
"""

from __future__ import annotations

import functools
import inspect
import logging
import traceback
from collections.abc import Callable
from typing import Any

from aws_xray_sdk.core import xray_recorder

_log = logging.getLogger(__name__)
_DEPTH = 10


def captured(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that records each call of a function as a subsegment.

    :param name: of the subsegment, as the trace map and the timeline name it.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def traced_async(*arguments: Any, **options: Any) -> Any:
                subsegment = _begun(name)
                try:
                    return await function(*arguments, **options)
                except BaseException as error:
                    _failed(subsegment, error)
                    raise
                finally:
                    _ended(subsegment)

            return traced_async

        @functools.wraps(function)
        def traced(*arguments: Any, **options: Any) -> Any:
            subsegment = _begun(name)
            try:
                return function(*arguments, **options)
            except BaseException as error:
                _failed(subsegment, error)
                raise
            finally:
                _ended(subsegment)

        return traced

    return decorate


def captured_callback(name: str, callback: Callable[..., Any]) -> Callable[..., Any]:
    """Return a callback that ends a subsegment, begun now, whenever and wherever it is called.

    :param callback: called with an error or None first, as callbacks of that style are.
    """
    subsegment = _detached(name)

    @functools.wraps(callback)
    def done(*arguments: Any, **options: Any) -> Any:
        error = arguments[0] if arguments else None
        if isinstance(error, BaseException):
            _failed(subsegment, error)
        _closed(subsegment)
        return callback(*arguments, **options)

    return done


def _is_traced() -> bool:
    # The SDK's own question logs an error, or raises, where the answer is no.
    return bool(getattr(xray_recorder.context._local, "entities", None))  # noqa: SLF001


def _begun(name: str) -> Any:
    try:
        return xray_recorder.begin_subsegment(name) if _is_traced() else None
    except Exception:
        _log.warning("the call of %s is not traced", name, exc_info=True)
        return None


def _detached(name: str) -> Any:
    """Begin a subsegment that is nobody's current one: other work goes on beside it."""
    try:
        if not _is_traced():
            return None
        subsegment = xray_recorder.begin_subsegment(name)
        if subsegment is not None:
            xray_recorder.context._local.entities.pop()  # noqa: SLF001 - no other way to leave it
    except Exception:
        _log.warning("the call of %s is not traced", name, exc_info=True)
        return None
    return subsegment


def _failed(subsegment: Any, error: BaseException) -> None:
    if subsegment is None:
        return
    try:
        subsegment.add_exception(error, traceback.extract_tb(error.__traceback__, limit=_DEPTH))
    except Exception:
        _log.warning("an exception is missing in the trace", exc_info=True)


def _ended(subsegment: Any) -> None:
    if subsegment is None:
        return
    try:
        xray_recorder.end_subsegment()
    except Exception:
        _log.warning("a subsegment is missing in the trace", exc_info=True)


def _closed(subsegment: Any) -> None:
    if subsegment is None or not subsegment.in_progress:
        return
    try:
        subsegment.close()
        segment = subsegment.parent_segment
        # The segment has ended before its last subsegment: nobody else sends it.
        if segment.ready_to_send():
            xray_recorder.emitter.send_entity(segment)
    except Exception:
        _log.warning("a subsegment is missing in the trace", exc_info=True)
