"""What a call costs through each transport that the openai package offers, and through none.

    python bench/teacher_transport.py --mock PATH/mock_openai.py

Starts the mock server on a free port without latency, so that the client is what is measured, and
prints calls a second and CPU-seconds of the client for 1,000 calls. Rows: the package's default
transport and its aiohttp transport through `chat.completions.create`; aiohttp through the
low-level `post`; that with several clients of at most 64 connections; the package's HTTP client
used directly; `OpenAITeacher`, which does that and reads, checks, limits and retries; aiohttp by
itself. Calls a second are a matter of the machine and its load; CPU-seconds much less so.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import re
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import httpx2
import openai

from evol.teacher.openai_api import OpenAITeacher
from evol.types import ChatRequest, Message

Call = Callable[[int], Awaitable[str]]
Opened = Callable[[AsyncExitStack, str, int], Awaitable[Call]]

TEXT = "Problem {}: " + "how many apples does she have left after that day? " * 12


def body(number: int) -> dict[str, Any]:
    messages = [{"role": "user", "content": TEXT.format(number)}]
    return {"model": "mock", "messages": messages, "temperature": 1.0, "top_p": 0.95, "max_tokens": 2048}


def text_of(raw: bytes) -> str:
    return str(json.loads(raw)["choices"][0]["message"]["content"])


def limits(connections: int) -> httpx2.Limits:
    return httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)


def client(url: str, http: httpx2.AsyncClient) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(api_key="none", base_url=url, max_retries=0, http_client=http)


async def create(stack: AsyncExitStack, url: str, http: httpx2.AsyncClient) -> Call:
    sdk = await stack.enter_async_context(client(url, http))

    async def call(number: int) -> str:
        completion = await sdk.chat.completions.create(**body(number))
        return str(completion.choices[0].message.content)

    return call


async def default_create(stack: AsyncExitStack, url: str, n: int) -> Call:
    return await create(stack, url, openai.DefaultAsyncHttpxClient(limits=limits(n)))


async def aiohttp_create(stack: AsyncExitStack, url: str, n: int) -> Call:
    return await create(stack, url, openai.DefaultAioHttpClient(limits=limits(n)))


async def post(stack: AsyncExitStack, url: str, sizes: list[int]) -> Call:
    clients = [client(url, openai.DefaultAioHttpClient(limits=limits(size))) for size in sizes]
    for sdk in clients:
        await stack.enter_async_context(sdk)

    async def call(number: int) -> str:
        sdk = clients[number % len(clients)]
        response = await sdk.post("/chat/completions", body=body(number), cast_to=httpx2.Response)
        return text_of(response.content)

    return call


async def aiohttp_post(stack: AsyncExitStack, url: str, n: int) -> Call:
    return await post(stack, url, [n])


async def aiohttp_post_64(stack: AsyncExitStack, url: str, n: int) -> Call:
    return await post(stack, url, [64] * -(-n // 64))


async def package_http(stack: AsyncExitStack, url: str, n: int) -> Call:
    http = await stack.enter_async_context(openai.DefaultAioHttpClient(limits=limits(n)))
    http.headers["Content-Type"] = "application/json"

    async def call(number: int) -> str:
        response = await http.post(f"{url}/chat/completions", content=json.dumps(body(number)).encode())
        return text_of(response.content)

    return call


async def teacher(stack: AsyncExitStack, url: str, n: int) -> Call:
    asked = OpenAITeacher("mock", concurrency=n, timeout_s=60, base_url=url)
    stack.push_async_callback(asked.aclose)

    async def call(number: int) -> str:
        return (await asked.reply(ChatRequest((Message("user", TEXT.format(number)),)))).text

    return call


async def bare_aiohttp(stack: AsyncExitStack, url: str, n: int) -> Call:
    session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=n)))

    async def call(number: int) -> str:
        async with session.post(f"{url}/chat/completions", json=body(number)) as response:
            return text_of(await response.read())

    return call


WAYS: dict[str, Opened] = {
    "default transport, create": default_create,
    "aiohttp transport, create": aiohttp_create,
    "aiohttp transport, post": aiohttp_post,
    "  the same, 64 connections a client": aiohttp_post_64,
    "aiohttp transport by itself": package_http,
    "OpenAITeacher": teacher,
    "aiohttp without the package": bare_aiohttp,
}


async def measure(way: Opened, url: str, in_flight: int, calls: int) -> tuple[float, float]:
    """Return calls a second and CPU-seconds for 1,000 calls, with the connections already open."""
    async with AsyncExitStack() as stack:
        call = await way(stack, url, in_flight)
        await asyncio.gather(*[call(-number) for number in range(in_flight)])
        numbers = iter(range(calls))

        async def work() -> None:
            for number in numbers:
                await call(number)

        wall, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*[work() for _ in range(in_flight)])
        return calls / (time.perf_counter() - wall), (time.process_time() - cpu) / calls * 1000


@contextmanager
def mock_server(path: Path, latency_ms: float = 0) -> Iterator[str]:
    """Run the mock server on a free port and yield its base URL."""
    latency = f"fixed:{latency_ms:g}"
    command = [sys.executable, str(path), "--port", "0", "--latency", latency, "--max-seconds", "600"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = re.search(r"http://\S+", process.stdout.readline())
        assert address is not None, f"{path} did not start"
        yield address[0]
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    default = Path(__file__).resolve().parents[1] / "../shared/tools/mock_openai.py"
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mock", type=Path, default=default, help="path of mock_openai.py")
    parser.add_argument("--calls", type=int, default=1500)
    parser.add_argument("--in-flight", type=int, nargs="+", default=[64, 256, 1000])
    options = parser.parse_args()
    print(f"{'':36}" + "".join(f"{n:>10} in flight" for n in options.in_flight))
    print(f"{'':36}" + "calls/s  CPU-s/1k".rjust(20) * len(options.in_flight))
    with mock_server(options.mock) as url:
        for name, way in WAYS.items():
            figures = [asyncio.run(measure(way, url, n, options.calls)) for n in options.in_flight]
            cells = itertools.chain.from_iterable(figures)
            print(
                f"{name:36}" + "".join(f"{next(cells):>10.0f}{next(cells):>10.2f}" for _ in figures),
                flush=True,
            )


if __name__ == "__main__":
    main()
