"""How many batches have a place, against the figures of the X-Ray daemon 3.6.6."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Event, Thread
from typing import Any

import pytest

from cdk_ecs_xray.local.relay.sender import AT_ONCE, BATCH_SIZE, IN_WAITING, Sender

PATIENCE = 60


class Hanging:
    """A client whose requests hang until they are let go."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self.released = Event()
        self.changed = Condition()

    def put_trace_segments(self, *, TraceSegmentDocuments: list[str]) -> dict[str, Any]:  # noqa: N803 - boto3's name
        with self.changed:
            self.began.append(TraceSegmentDocuments[0])
            self.changed.notify_all()
        self.released.wait()
        raise TimeoutError("X-Ray hangs")

    def wait_for(self, number: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.began) >= number, PATIENCE)


@contextmanager
def full() -> Iterator[tuple[Sender, Hanging]]:
    """A sender all of whose places are taken: 8 batches under way, 20 in waiting."""
    client = Hanging()
    sender = Sender(client)
    try:
        for number in range(AT_ONCE):
            sender.send(batch(number))
        client.wait_for(AT_ONCE)
        for number in range(AT_ONCE, AT_ONCE + IN_WAITING):
            sender.send(batch(number))
        yield sender, client
    finally:
        client.released.set()
        sender.close()


def batch(number: int) -> list[str]:
    return [str(number)] * BATCH_SIZE


def test_the_figures_are_the_daemons() -> None:
    assert (BATCH_SIZE, AT_ONCE, IN_WAITING) == (50, 8, 20)


def test_fourteen_hundred_segments_have_a_place(capfd: pytest.CaptureFixture[str]) -> None:
    with full() as (_, client):
        assert len(client.began) == 8
    assert "Spilling" not in capfd.readouterr().out
    assert sorted(client.began, key=int) == [str(number) for number in range(28)]


def test_each_batch_more_costs_the_oldest_in_waiting(capfd: pytest.CaptureFixture[str]) -> None:
    with full() as (sender, client):
        for number in range(28, 31):
            sender.send(batch(number))

        assert capfd.readouterr().out.count("[Warn] Spilling over 50 segments\n") == 3
    kept = [number for number in range(31) if number not in (8, 9, 10)]
    assert sorted(map(int, client.began)) == kept


def test_it_ends_when_all_that_had_a_place_was_tried(capfd: pytest.CaptureFixture[str]) -> None:
    with full() as (sender, client):
        ending = Thread(target=sender.close)
        ending.start()
        assert ending.is_alive()
        client.released.set()
        ending.join(PATIENCE)

        assert not ending.is_alive()
    assert len(client.began) == 28
    assert capfd.readouterr().out.count("Sending segment batch failed with: ") == 28
