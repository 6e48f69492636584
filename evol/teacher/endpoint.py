"""How requests reach an OpenAI-compatible server: the openai package's aiohttp transport.

The package resolves the address, the key and its headers; the requests go straight to the HTTP
client that it brings, because building and validating its own objects for each call costs twice
to five times the CPU (bench/teacher_transport.py). One client whose pool holds one connection a
request in flight was also cheaper than several smaller ones.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from evol.errors import TeacherError
from evol.teacher.faults import Fault

if TYPE_CHECKING:
    import httpx2

CONNECT_S: Final = 10.0
# Servers on uvicorn (vLLM, TGI, transformers) drop a connection that was idle for 5 seconds; one
# that is used at that moment fails.
IDLE_S: Final = 4.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer."""

    status: int
    headers: Mapping[str, str]
    raw: bytes


class Endpoint:
    """One server and the connections to it. `timeout_s` bounds each request from start to end.

    `base_url` and `api_key` default to OPENAI_BASE_URL and OPENAI_API_KEY. Raises TeacherError
    where neither is known, or the address is none.
    """

    def __init__(
        self, *, connections: int, timeout_s: float, base_url: str | None, api_key: str | None
    ) -> None:
        base_url = base_url or os.environ.get("OPENAI_BASE_URL") or None
        self.key: Final = api_key or os.environ.get("OPENAI_API_KEY") or ""
        if not self.key and base_url is None:
            raise TeacherError(
                "Set OPENAI_API_KEY to a key of api.openai.com, or OPENAI_BASE_URL to the address of "
                "another server (such as http://localhost:8000/v1 for vLLM)."
            )
        if base_url is not None and not base_url.startswith(("http://", "https://")):
            raise TeacherError(f"OPENAI_BASE_URL must start with http:// or https:// (it is {base_url!r}).")
        self._timeout_s: Final = timeout_s
        self._open(base_url, connections)

    def _open(self, base_url: str | None, connections: int) -> None:
        import httpx2
        import openai

        try:
            self._http = openai.DefaultAioHttpClient(
                limits=httpx2.Limits(max_connections=connections, keepalive_expiry=IDLE_S)
            )
            # The package insists on a key; a server that needs none takes any.
            client = openai.AsyncOpenAI(
                api_key=self.key or "none", base_url=base_url, max_retries=0, http_client=self._http
            )
        except (httpx2.InvalidURL, openai.OpenAIError) as error:
            raise TeacherError(f"The openai package refuses this endpoint: {error}.") from error
        self.url = str(client.base_url).rstrip("/")
        headers = {**client.default_headers, **client.auth_headers}
        self._http.headers.update({k: v for k, v in headers.items() if isinstance(v, str) and _matters(k)})

    async def post(self, path: str, body: bytes) -> Answer:
        """Send JSON and return the answer, whatever its status. Raises Fault where none came."""
        return await self._send("POST", path, body)

    async def get(self, path: str) -> Answer:
        """Fetch a path. Raises Fault where no answer came."""
        return await self._send("GET", path, None)

    def _request(self, method: str, path: str, content: bytes | None) -> httpx2.Request:
        """Build a request without the client's own merging of headers, cookies and addresses."""
        import httpx2

        return httpx2.Request(
            method,
            f"{self.url}/{path}",
            headers=self._http.headers,
            content=content,
            extensions={"timeout": {"connect": CONNECT_S}},
        )

    async def _send(self, method: str, path: str, content: bytes | None) -> Answer:
        import aiohttp
        import httpx2

        try:
            async with asyncio.timeout(self._timeout_s):
                response = await self._http.send(self._request(method, path, content))
        except TimeoutError as error:
            raise Fault("broken", f"it gave no complete answer in {self._timeout_s:g} s") from error
        except (httpx2.HTTPError, httpx2.InvalidURL, aiohttp.ClientError, OSError) as error:
            # The package's transport reports a refused connection as a timeout; the cause tells.
            if isinstance(cause := error.__cause__, aiohttp.ClientConnectorError):
                why = cause.os_error.strerror or cause
                raise Fault("unreachable", f"no connection could be made ({_words(why)})") from error
            raise Fault("broken", f"the connection was lost ({_words(error)})") from error
        return Answer(response.status_code, response.headers, response.content)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def _matters(header: str) -> bool:
    """Return whether a header is more than telemetry of the package, which costs a tenth of a call."""
    return not header.lower().startswith("x-stainless-")


def _words(error: BaseException | str) -> str:
    return " ".join(str(error).split()) or type(error).__name__
