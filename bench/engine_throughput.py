"""How much of a bare AsyncOpenAI loop's throughput the whole engine reaches, in the same run.

    python bench/engine_throughput.py --mock PATH/mock_openai.py

Starts the mock server with a fixed latency. The bare loops send the evolve prompts of the run's
own seeds, as many calls as the engine makes, through the client settings that the teacher uses (the
package's aiohttp transport, one connection a request in flight): once as people write it, with
`chat.completions.create`, and once with the low-level `post` to a raw response. The engine runs
`evol run` from its first call to its last, with prompts, journal, eliminator and verifiers on.
Each is measured in turn, several times, and its best round stands, because other work on the
machine slows whoever is running. Shares are against the faster loop: of calls a second, and what
its CPU-seconds are of the engine's (of one process; verifiers run in others). "Most" is what the
latency allows.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import openai
from teacher_transport import client, limits, mock_server, text_of

from evol.config import resolve
from evol.evolver import Evolver
from evol.run import Plan, Session, execute, plan
from evol.teacher.chat import body_of
from evol.types import ChatRequest


@dataclass
class Figures:
    """What one way of asking reached."""

    calls: int
    wall_s: float
    cpu_s: float

    @property
    def rate(self) -> float:
        """Calls a second."""
        return self.calls / self.wall_s

    def line(self, name: str) -> str:
        """Return a row of the table: calls, calls a second, CPU-seconds for 1,000 calls."""
        return f"  {name:34}{self.calls:>8}{self.rate:>10.0f}{self.cpu_s / self.calls * 1000:>10.2f}"


async def timed(calls: int, work: Callable[[], Awaitable[object]], workers: int) -> Figures:
    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*[work() for _ in range(workers)])
    return Figures(calls, time.perf_counter() - wall, time.process_time() - cpu)


def requests_of(planned: Plan) -> list[ChatRequest]:
    """Return the evolve requests of the run's seeds."""
    evolver = Evolver(planned.pack, planned.sampling, planned.config.seed)
    return [evolver.request(seed, evolver.choose(seed.id, 1), 1) for seed in planned.samples()]


async def bare(url: str, in_flight: int, requests: list[ChatRequest], calls: int, *, create: bool) -> Figures:
    numbers = itertools.islice(itertools.cycle(requests), calls)
    async with AsyncExitStack() as stack:
        http = openai.DefaultAioHttpClient(limits=limits(in_flight))
        sdk = await stack.enter_async_context(client(url, http))

        async def work() -> None:
            for request in numbers:
                body = body_of("mock", request)
                if create:
                    completion = await sdk.chat.completions.create(**body)
                    assert completion.choices[0].message.content is not None
                else:
                    text_of((await sdk.post("/chat/completions", body=body, cast_to=httpx2.Response)).content)

        return await timed(calls, work, in_flight)


async def engine(planned: Plan) -> Figures:
    figures = Figures(0, 0.0, 0.0)

    @asynccontextmanager
    async def watch(session: Session) -> AsyncIterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        figures.wall_s, figures.cpu_s = time.perf_counter() - wall, time.process_time() - cpu
        figures.calls = session.teacher.called

    await execute(planned, adopt=False, watch=watch)
    return figures


def planned_run(in_flight: int, options: argparse.Namespace, folder: Path) -> Plan:
    given = {
        "domain": options.domain,
        "teacher": "openai:mock",
        "seeds": options.seeds and str(options.seeds),
        "limit": options.limit,
        "generations": options.generations,
        "concurrency": in_flight,
        "out": folder,
    }
    return plan(resolve({}, given))


def one_round(url: str, in_flight: int, options: argparse.Namespace) -> dict[str, Figures]:
    with tempfile.TemporaryDirectory(prefix="evol-bench-") as folder:
        planned = planned_run(in_flight, options, Path(folder) / "run")
        requests = requests_of(planned)
        whole = asyncio.run(engine(planned))
    return {
        "the engine": whole,
        "AsyncOpenAI, create": asyncio.run(bare(url, in_flight, requests, whole.calls, create=True)),
        "AsyncOpenAI, post to raw": asyncio.run(bare(url, in_flight, requests, whole.calls, create=False)),
    }


def compare(url: str, in_flight: int, options: argparse.Namespace) -> None:
    rounds = [one_round(url, in_flight, options) for _ in range(options.rounds)]
    best = {name: max((r[name] for r in rounds), key=lambda f: f.rate) for name in rounds[0]}
    print(f"{in_flight} in flight (most: {in_flight / options.latency_ms * 1000:.0f} calls/s)")
    for name, figures in best.items():
        print(figures.line(name))
    whole, *loops = best.values()
    faster = max(loops, key=lambda f: f.rate)
    cpu = faster.cpu_s / faster.calls / (whole.cpu_s / whole.calls)
    print(
        f"  share of the faster loop: {whole.rate / faster.rate:.0%} by calls/s, {cpu:.0%} by CPU", flush=True
    )


def main() -> None:
    shared = Path(__file__).resolve().parents[1] / "../shared"
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--mock", type=Path, default=shared / "tools/mock_openai.py", help="path of mock_openai.py"
    )
    parser.add_argument("--seeds", type=Path, default=shared / "data/gsm8k_train_2000.jsonl")
    parser.add_argument("--domain", default="math")
    parser.add_argument("--limit", type=int, default=600, help="seeds")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--generations", type=int, default=4)
    parser.add_argument("--latency-ms", type=float, default=100)
    parser.add_argument("--in-flight", type=int, nargs="+", default=[64, 256])
    options = parser.parse_args()
    print(f"  {'':34}{'calls':>8}{'calls/s':>10}{'CPU-s/1k':>10}")
    for in_flight in options.in_flight:
        with mock_server(options.mock, options.latency_ms) as url:
            os.environ["OPENAI_BASE_URL"] = url
            compare(url, in_flight, options)


if __name__ == "__main__":
    main()
