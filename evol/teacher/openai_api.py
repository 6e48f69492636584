"""The teacher behind any OpenAI-compatible server: vLLM, llama.cpp, Ollama, TGI, OpenAI itself.

A request is tried again through every passing fault. One that is still not answered is the row's
verdict only if the server answers others meanwhile, or a control question afterwards; otherwise
the server is at fault, and the run stops where it can go on later instead of losing its rows.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from evol.errors import RequestFailed, TeacherError, nearest
from evol.teacher.chat import Unreadable, body_of, complaint, error_field, model_names, read_reply
from evol.teacher.endpoint import Answer, Endpoint
from evol.teacher.faults import Exhausted, Fault
from evol.teacher.limits import AdaptiveLimit, Patience, retry_after
from evol.types import ChatReply, ChatRequest, Message, Sampling

PUSHES_BACK: Final = frozenset({429, 503})
PASSING: Final = frozenset({408, 409, 425})
UNPAID: Final = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
# What newer models refuse, by the name that they take instead; None leaves it to the server.
REPLACED: Final[dict[str, str | None]] = {
    "max_tokens": "max_completion_tokens",
    "temperature": None,
    "top_p": None,
    "seed": None,
}
CONTROL: Final = ChatRequest((Message("user", "Reply with one word: ready."),), Sampling(max_tokens=16))
CONTROL_TRIES: Final = 3
MODELS_NAMED: Final = 10

DEFAULT_PATIENCE: Final = Patience()

log = logging.getLogger("evol.teacher")


class OpenAITeacher:
    """Asks `model` at `base_url` (or OPENAI_BASE_URL, or api.openai.com), `concurrency` at a time.

    Each try of a request may take `timeout_s` seconds. Nothing is imported or connected before
    the first request.
    """

    def __init__(
        self,
        model: str,
        *,
        concurrency: int,
        timeout_s: float,
        base_url: str | None = None,
        api_key: str | None = None,
        patience: Patience = DEFAULT_PATIENCE,
    ) -> None:
        self.model: Final = model
        self.limit: Final = AdaptiveLimit(concurrency)
        self._timeout_s: Final = timeout_s
        self._address: Final = (base_url, api_key)
        self._patience: Final = patience
        self._answered = 0
        self._unsupported: set[str] = set()
        self._control = asyncio.Lock()

    @property
    def identity(self) -> str:
        """The model; not the server, so that a run may go on at another address."""
        return f"openai:{self.model}"

    @cached_property
    def _endpoint(self) -> Endpoint:
        base_url, api_key = self._address
        return Endpoint(
            connections=self.limit.most, timeout_s=self._timeout_s, base_url=base_url, api_key=api_key
        )

    async def reply(self, request: ChatRequest) -> ChatReply:
        """Answer one request, through passing faults.

        Raises RequestFailed where the server answers others but not this one, TeacherError where
        it answers nobody.
        """
        answered = self._answered
        try:
            return await self._persist(request, self._patience)
        except Exhausted as failure:
            if failure.fault.may_blame_row and self._answered > answered:
                raise _failed(failure) from failure
        await self._ask_control()
        try:
            return await self._persist(request, self._patience)
        except Exhausted as failure:
            raise _failed(failure) from failure

    async def preflight(self) -> None:
        """Ask one short question. Raises TeacherError: no key, wrong key, unknown model, no server."""
        patience = replace(self._patience, attempts=CONTROL_TRIES, seconds=self._timeout_s)
        try:
            await self._persist(CONTROL, patience)
        except Exhausted as failure:
            raise TeacherError(
                f"The server at {self._endpoint.url} does not answer: {failure.fault.why}. Check that it "
                "runs and that OPENAI_BASE_URL is its address; the same command goes on from here."
            ) from failure
        except RequestFailed as error:
            raise TeacherError(
                f"The server at {self._endpoint.url} refuses even a short question. {error}"
            ) from error

    async def aclose(self) -> None:
        """Close the connections."""
        if "_endpoint" in vars(self):
            await self._endpoint.aclose()

    async def _ask_control(self) -> None:
        """Do what `preflight` does, unless somebody is answered while waiting for another's turn."""
        answered = self._answered
        async with self._control:
            if self._answered == answered:
                await self.preflight()

    async def _persist(self, request: ChatRequest, patience: Patience) -> ChatReply:
        """Try until answered. Raises Exhausted at the end of patience, and what is final at once."""
        deadline = patience.now() + patience.seconds
        faults = 0
        for tries in itertools.count(1):
            try:
                return await self._try(request)
            except Fault as fault:
                faults += fault.kind != "refused"
                pause = patience.pause(tries, fault.named_s)
                over = faults >= patience.attempts or patience.now() + pause > deadline
                if over or fault.kind == "denied":
                    raise Exhausted(fault, tries) from fault
            await patience.sleep(pause)
        raise AssertionError("the loop has no other end")

    async def _try(self, request: ChatRequest) -> ChatReply:
        body = self._supported(body_of(self.model, request))
        answer = await self._post(json.dumps(body).encode("ascii"))
        if not 200 <= answer.status < 300:
            await self._raise(answer, body)
        try:
            reply = read_reply(answer.raw, request, self.model)
        except Unreadable as error:
            raise Fault("broken", str(error)) from error
        self._answered += 1
        return reply

    async def _post(self, body: bytes) -> Answer:
        ticket = await self.limit.enter()
        refused = False
        try:
            answer = await self._endpoint.post("chat/completions", body)
            refused = answer.status in PUSHES_BACK
            return answer
        finally:
            self.limit.leave(ticket, refused=refused)

    async def _raise(self, answer: Answer, body: dict[str, Any]) -> None:
        """Raise what a status other than success means."""
        status, where = answer.status, f"The server at {self._endpoint.url}"
        words = complaint(answer.raw, self._endpoint.key)
        said = f"{status}: {words}" if words else str(status)
        if status == 401:
            raise TeacherError(
                f"{where} does not accept the key ({said}): set OPENAI_API_KEY to one it knows."
            )
        if status == 402 or (status == 429 and error_field(answer.raw, "code") in UNPAID):
            raise TeacherError(
                f"{where} wants to be paid first ({said}); the same command goes on from here."
            )
        if status == 404:
            raise TeacherError(f"{where} {await self._missing(said)}")
        if status == 403:
            raise Fault("denied", f"it denies access ({said})")
        if status == 429:
            raise Fault("refused", f"it is asked too often ({said})", retry_after(answer.headers))
        if status >= 500 or status in PASSING:
            raise Fault("broken", f"it failed ({said})", retry_after(answer.headers))
        if self._drops(error_field(answer.raw, "param"), error_field(answer.raw, "code"), body):
            raise Fault("broken", f"it does not take a parameter ({said})")
        raise RequestFailed(f"The server refused this request ({said}).")

    async def _missing(self, said: str) -> str:
        """Return the rest of a sentence on a 404: which models there are, if the server tells."""
        try:
            models = model_names((await self._endpoint.get("models")).raw)
        except Fault:
            models = []
        if not models or self.model in models:
            return (
                f"has no model {self.model!r} ({said}): check the name, and that OPENAI_BASE_URL ends in /v1."
            )
        more = f" and {len(models) - MODELS_NAMED} more" if len(models) > MODELS_NAMED else ""
        known = ", ".join(models[:MODELS_NAMED])
        return f"has no model {self.model!r}.{nearest(self.model, models)} It has: {known}{more}."

    def _drops(self, name: str, code: str, body: dict[str, Any]) -> bool:
        """Note a parameter that the model does not take, if requests can do without it."""
        if not code.startswith("unsupported") or name not in REPLACED or name not in body:
            return False
        if name not in self._unsupported:
            self._unsupported.add(name)
            instead = REPLACED[name] or "the server's default"
            log.warning("The model %s takes no %s; %s is used instead.", self.model, name, instead)
        return True

    def _supported(self, body: dict[str, Any]) -> dict[str, Any]:
        for name in self._unsupported:
            value, instead = body.pop(name), REPLACED[name]
            if instead is not None:
                body[instead] = value
        return body


def _failed(failure: Exhausted) -> RequestFailed:
    times = f"in {failure.tries} tries" if failure.tries > 1 else "at all"
    return RequestFailed(f"The server did not answer this request {times}: {failure.fault.why}.")
