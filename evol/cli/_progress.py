"""What a person sees while a run goes on: a live panel on a terminal, plain lines elsewhere."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

import click

from evol.cli._stopping import stoppable

if TYPE_CHECKING:
    from rich.table import Table

    from evol.run import Session, Watch

LINE_EVERY_S: Final = 10.0
REASONS_SHOWN: Final = 6


class Progress:
    """A session's figures as text, with the rate of calls since the start."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._start = time.monotonic()

    @property
    def done(self) -> int:
        """Lineages that have ended, those of earlier sessions included."""
        return self._session.tally.lineages + self._session.tally.skipped

    def _rate(self) -> float:
        return self._session.teacher.called / max(time.monotonic() - self._start, 1e-9)

    def eta(self) -> str:
        """Return the time left at the pace so far."""
        ended, left = self._session.tally.lineages, self._session.plan.lineages - self.done
        if not ended:
            return "–"
        seconds = round((time.monotonic() - self._start) / ended * left)
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"

    def reasons(self) -> str:
        """Return the most frequent reasons for elimination with their counts."""
        return ", ".join(
            f"{reason} {n}" for reason, n in self._session.tally.reasons.most_common(REASONS_SHOWN)
        )

    def cost(self) -> str:
        """Return tokens, and dollars where prices are known."""
        from evol.teacher.budget import dollars

        budget = self._session.budget
        cost = "" if budget.cost is None else f", {dollars(budget.cost)}"
        return f"{budget.spent.tokens:,} tokens{cost}"

    def line(self) -> str:
        """Return everything on one line."""
        tally, total = self._session.tally, self._session.plan.lineages
        why = f" ({self.reasons()})" if tally.reasons else ""
        return (
            f"{self.done}/{total} lineages, {tally.kept} kept, {tally.eliminated} eliminated{why}, "
            f"{self._session.budget.spent.calls} calls "
            f"({self._rate():.1f}/s), {self.cost()}, {self.eta()} left"
        )

    def __rich__(self) -> Table:
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        tally, total = self._session.tally, self._session.plan.lineages
        table = Table.grid(padding=(0, 2))
        table.add_row(
            "lineages", ProgressBar(total=total, completed=self.done, width=40), f"{self.done}/{total}"
        )
        table.add_row("kept", f"[green]{tally.kept}[/]", f"{self.eta()} left")
        table.add_row("eliminated", f"[red]{tally.eliminated}[/]", self.reasons())
        table.add_row("calls", f"{self._session.budget.spent.calls}", f"{self._rate():.1f}/s, {self.cost()}")
        return table


@asynccontextmanager
async def live(session: Session) -> AsyncIterator[None]:
    """Show a panel that is redrawn four times a second, on standard error."""
    from rich.console import Console
    from rich.live import Live

    progress = Progress(session)
    with Live(progress, console=Console(stderr=True), refresh_per_second=4):
        yield


@asynccontextmanager
async def lines(session: Session) -> AsyncIterator[None]:
    """Print a line every ten seconds and one at the end, on standard error."""
    progress = Progress(session)

    async def report() -> None:
        while True:
            await asyncio.sleep(LINE_EVERY_S)
            click.echo(progress.line(), err=True)

    task = asyncio.create_task(report())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        click.echo(progress.line(), err=True)


@asynccontextmanager
async def silent(session: Session) -> AsyncIterator[None]:
    """Show nothing."""
    yield


def watching(quiet: bool) -> Watch:
    """Return what shows a session and lets Ctrl-C stop it: nothing, a panel or lines, as the place allows."""
    show = silent if quiet else live if sys.stderr.isatty() else lines

    @asynccontextmanager
    async def watch(session: Session) -> AsyncIterator[None]:
        teacher = session.teacher
        with stoppable(lambda: teacher.stopped is not None, teacher.interrupt):
            async with show(session):
                yield

    return watch
