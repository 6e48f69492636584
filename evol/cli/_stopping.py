"""What Ctrl-C does to work that can go on later: a first one ends it cleanly, a second one at once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


@contextmanager
def stoppable(stopped: Callable[[], bool], interrupt: Callable[[], None]) -> Iterator[None]:
    """Call `interrupt` at a first Ctrl-C (or SIGTERM); cancel the running task at one after that.

    `stopped` says whether the work is ending already.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None

    def stop() -> None:
        if stopped():
            task.cancel()
            return
        interrupt()
        click.echo("Stopping: waiting for the calls in flight. Press Ctrl-C again to stop at once.", err=True)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
