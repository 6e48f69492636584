"""The chat-completions format: a request's body, and what is read out of a server's answer.

Nothing in an answer is trusted: usage may be missing, choices empty, the text invalid. What
cannot be read raises `Unreadable`, and the request is worth another try.
"""

from __future__ import annotations

import json
from typing import Any, Final

from evol.teacher.budget import prompt_tokens, text_tokens
from evol.types import ChatReply, ChatRequest, Usage

CUT: Final = {"length": "length", "max_tokens": "length", "content_filter": "content_filter"}
BROKEN: Final = frozenset({"error", "abort"})
THINK: Final = ("<think>", "</think>")
LONGEST_COMPLAINT: Final = 300
LARGEST_COUNT: Final = 2**53


class Unreadable(Exception):
    """A successful status with a body that is no chat completion."""


def body_of(model: str, request: ChatRequest) -> dict[str, Any]:
    """Return the JSON body of a request.

    The seed differs by prompt and draw, so that a server that honours it, or caches by body,
    gives each draw a reply of its own and the same one whenever it is asked again.
    """
    sampling = request.sampling
    return {
        "model": model,
        "messages": [{"role": m.role, "content": m.content} for m in request.messages],
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
        "seed": int(request.key(model)[:7], 16),
    }


def read_reply(raw: bytes, request: ChatRequest, model: str) -> ChatReply:
    """Return the reply in the body of a successful answer.

    Empty, refused and cut replies are replies. Reasoning is left out: what stands up to
    `</think>` in the text, and `reasoning_content`. Lone surrogates are kept as they are. Usage
    that the server does not count is estimated. Raises Unreadable.
    """
    data, choice, message = _parts(_json(raw))
    if (finish := str(choice.get("finish_reason"))) in BROKEN:
        raise Unreadable(f"it broke off its answer ({finish})")
    text, refusal = _text(message.get("content")), _text(message.get("refusal"))
    refused = bool(refusal) and not text
    said = refusal if refused else text
    return ChatReply(
        text=said if refused else after_thinking(said),
        finish_reason="refusal" if refused else CUT.get(finish, "stop"),
        usage=_usage(data.get("usage"), request, said),
        model=_text(data.get("model")) or model,
    )


def after_thinking(text: str) -> str:
    """Return what follows the reasoning that a model wrote into its text, or all of the text.

    Reasoning starts the text; its opening mark may have stood in the prompt. Reasoning without an
    end leaves nothing.
    """
    start, end = THINK
    before, found, after = text.partition(end)
    if text.lstrip().startswith(start):
        return after.lstrip()
    return after.lstrip() if found and start not in before else text


def complaint(raw: bytes, secret: str) -> str:
    """Return what a server says about a failure, on one line, cut short, and without the key."""
    text = _complaint(raw)
    if secret:
        text = text.replace(secret, "***")
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_COMPLAINT else text[:LONGEST_COMPLAINT].rstrip() + " …"


def error_field(raw: bytes, name: str) -> str:
    """Return a field of a server's error object (`code`, `type`, `param`), or an empty string."""
    try:
        error = _json(raw).get("error")
        return str(error.get(name) or "")
    except (Unreadable, AttributeError):
        return ""


def model_names(raw: bytes) -> list[str]:
    """Return the models in the body of an answer to /models; empty where it is not such a list."""
    try:
        return [str(entry["id"]) for entry in _json(raw)["data"]]
    except (Unreadable, KeyError, TypeError):
        return []


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Unreadable("it sent text that is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise Unreadable("it sent JSON that is cut or broken") from error


def _parts(data: object) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return a completion, its first choice and the message in it."""
    if isinstance(data, dict) and isinstance(choices := data.get("choices"), list) and choices:
        choice = choices[0]
        if isinstance(choice, dict) and isinstance(message := choice.get("message"), dict):
            return data, choice, message
    raise Unreadable("it sent an answer without a message")


def _text(content: object) -> str:
    if isinstance(content, list):
        return "".join(_text(part.get("text")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _usage(counted: object, request: ChatRequest, text: str) -> Usage:
    fields = counted if isinstance(counted, dict) else {}
    prompt = _count(fields.get("prompt_tokens"))
    completion = _count(fields.get("completion_tokens"))
    return Usage(
        calls=1,
        prompt_tokens=prompt_tokens(request) if prompt is None else prompt,
        completion_tokens=text_tokens(text) if completion is None else completion,
    )


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value < LARGEST_COUNT else None


def _complaint(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")
    try:
        data = _json(raw)
    except Unreadable:
        return "" if text.lstrip().startswith("<") else text
    error = data.get("error", data) if isinstance(data, dict) else data
    for name in ("message", "detail", "error"):
        if isinstance(error, dict) and error.get(name):
            return str(error[name])
    return error if isinstance(error, str) else json.dumps(error)
