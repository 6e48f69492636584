"""Judge a stream of rows in worker processes, in order, a chunk at a time.

A row that hangs or eats its memory costs one worker: its chunk is judged again row by row, and the
row at which a worker stops is left undecided.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, NamedTuple

from evol.audit.chunks import Given, Job, judge_chunk, stopped
from evol.audit.formats import Record
from evol.audit.store import Columns
from evol.errors import VerifierStopped
from evol.verifiers.workers import WorkerPool

ROWS: Final = 256
BYTES: Final = 4 * 2**20
ROW_LIMIT_S: Final = 20.0
CHUNK_LIMIT_S: Final = 25.0


class Placed(NamedTuple):
    """A record with its number among all rows and the part of the data it stands in."""

    number: int
    part: int
    record: Record


def chunked(rows: Iterable[Placed]) -> Iterator[list[Placed]]:
    """Yield rows in chunks bounded in number and in bytes."""
    chunk: list[Placed] = []
    size = 0
    for row in rows:
        chunk.append(row)
        size += row.record.size
        if len(chunk) >= ROWS or size >= BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def judge_rows(
    rows: Iterable[Placed], job: Job, workers: int | None
) -> Iterator[list[tuple[Placed, Columns]]]:
    """Yield chunks of rows with their judgements, in order, with two chunks in flight for each worker."""
    with (
        WorkerPool(workers, preload=("evol.audit.chunks",)) as pool,
        ThreadPoolExecutor(pool.workers) as threads,
    ):
        waiting: deque[tuple[list[Placed], Future[list[Columns]]]] = deque()
        for chunk in chunked(rows):
            waiting.append((chunk, threads.submit(_judge_chunk, pool, job, [_given(p) for p in chunk])))
            if len(waiting) > 2 * pool.workers:
                yield _paired(*waiting.popleft())
        while waiting:
            yield _paired(*waiting.popleft())


def _paired(chunk: list[Placed], future: Future[list[Columns]]) -> list[tuple[Placed, Columns]]:
    return list(zip(chunk, future.result(), strict=True))


def _given(placed: Placed) -> bytes | Given:
    record = placed.record
    if isinstance(record.raw, bytes):
        return record.raw
    return Given(None, record.cells, record.problem, record.shown)


def _judge_chunk(pool: WorkerPool, job: Job, rows: Sequence[bytes | Given]) -> list[Columns]:
    done: list[Columns] = []
    while len(done) < len(rows):
        try:
            done += pool.run(judge_chunk, job, rows[len(done) :], limit_s=CHUNK_LIMIT_S)
        except VerifierStopped:
            done += [_judge_alone(pool, job, row) for row in rows[len(done) :]]
    return done


def _judge_alone(pool: WorkerPool, job: Job, row: bytes | Given) -> Columns:
    try:
        return pool.run(judge_chunk, job, [row], limit_s=ROW_LIMIT_S)[0]
    except VerifierStopped as error:
        given = row if isinstance(row, Given) else Given(row)
        return stopped(given, str(error)).columns()
