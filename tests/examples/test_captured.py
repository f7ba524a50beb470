"""The wrapper: it records where there is a segment, and is never felt where there is none."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aws_xray_sdk.core import xray_recorder
from aws_xray_sdk.core.async_context import AsyncContext
from aws_xray_sdk.core.context import Context
from signup.captured import captured, captured_callback


class Emitter:
    """Keeps what would go to the collector."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def send_entity(self, entity: Any) -> None:
        self.sent.append(json.loads(entity.serialize()))

    @property
    def names(self) -> list[str]:
        (segment,) = self.sent
        return [part["name"] for part in segment.get("subsegments", [])]


@pytest.fixture
def emitter() -> Iterator[Emitter]:
    before, kept = xray_recorder.emitter, xray_recorder.context
    # It would raise for a segment that is missing, and the app must not feel that either.
    xray_recorder.configure(sampling=False, context=Context(), context_missing="RUNTIME_ERROR")
    xray_recorder.emitter = Emitter()
    yield xray_recorder.emitter
    xray_recorder.clear_trace_entities()
    xray_recorder.emitter, xray_recorder.context = before, kept


@captured("add")
def add(first: int, second: int = 1) -> int:
    return first + second


@captured("fail")
def fail() -> None:
    raise KeyError("cart")


@captured("wait")
async def wait(answer: str) -> str:
    await asyncio.sleep(0)
    return answer


def test_without_a_segment_only_the_function_runs(emitter: Emitter) -> None:
    assert add(1, second=2) == 3
    assert asyncio.run(wait("done")) == "done"
    with pytest.raises(KeyError, match="cart"):
        fail()
    assert captured_callback("stored", lambda error, order: (error, order))(None, 7) == (None, 7)

    assert emitter.sent == []


def test_with_a_segment_each_call_is_a_subsegment(emitter: Emitter) -> None:
    async def traced() -> str:
        xray_recorder.configure(context=AsyncContext())
        xray_recorder.begin_segment("signup")
        add(1)
        answer: str = await wait("done")
        with pytest.raises(KeyError, match="cart"):
            fail()
        xray_recorder.end_segment()
        return answer

    assert asyncio.run(traced()) == "done"

    assert emitter.names == ["add", "wait", "fail"]
    failed = emitter.sent[0]["subsegments"][2]
    assert failed["fault"]
    assert failed["cause"]["exceptions"][0]["type"] == "KeyError"


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("error", [None, OSError("no table")])
def test_a_callback_ends_its_subsegment_whenever_and_wherever_it_is_called(
    emitter: Emitter, *, late: bool, error: OSError | None
) -> None:
    answers: list[Any] = []
    xray_recorder.begin_segment("signup")
    done = captured_callback("stored", lambda *answer: answers.append(answer))
    add(1)
    elsewhere = threading.Thread(target=done, args=(error, 7))
    if late:
        xray_recorder.end_segment()
        assert emitter.sent == []
    elsewhere.start()
    elsewhere.join()
    if not late:
        xray_recorder.end_segment()

    assert answers == [(error, 7)]
    # What was done beside it is no part of it.
    assert emitter.names == ["stored", "add"]
    stored = emitter.sent[0]["subsegments"][0]
    assert not stored.get("in_progress")
    assert ("cause" in stored) is (error is not None)


def test_a_callback_that_is_called_twice_is_sent_once(emitter: Emitter) -> None:
    xray_recorder.begin_segment("signup")
    done = captured_callback("stored", lambda *answer: answer)
    done(None)
    xray_recorder.end_segment()

    assert done(None, 8) == (None, 8)
    assert len(emitter.sent) == 1


@pytest.mark.parametrize("broken", ["begin_subsegment", "end_subsegment"])
@pytest.mark.usefixtures("emitter")
def test_nothing_that_the_sdk_does_reaches_the_app(
    monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("the SDK")

    calls: list[Callable[[], object]] = [
        lambda: add(1),
        lambda: captured_callback("stored", lambda *answer: answer)(None, 2),
    ]
    xray_recorder.begin_segment("signup")
    monkeypatch.setattr(xray_recorder, broken, breaks)

    assert [call() for call in calls] == [2, (None, 2)]
    with pytest.raises(KeyError, match="cart"):
        fail()
