"""Batched generation with transformers, by chat or as plain text: the local teacher, evaluation.

A reply depends on its own request alone: prompts are padded on the left under an attention mask,
and where a request samples, its noise comes from its own seed (the Gumbel-max trick: the largest of
log-probability plus Gumbel noise is a draw from the distribution; Maddison et al. 2014, section 2),
not from a generator that the batch shares. Decoding is what the request says; defaults that a
model's folder brings along (repetition penalties, temperatures) are left out, so that what is
pinned is what was done.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from evol.errors import ConfigError, RequestFailed, TeacherError
from evol.teacher.chat import after_thinking
from evol.types import ChatReply, ChatRequest, Sampling, Usage, content_key

Outcome: TypeAlias = "ChatReply | RequestFailed"

HASHED: Final = ("*.json", "*.jinja", "*.txt", "*.model", "*.safetensors", "*.bin")
TRAINING_STATE: Final = ("optimizer.*", "scheduler.*", "rng_state*", "training_args.*", "trainer_state.*")
FETCHED: Final = ("*.json", "*.jinja", "*.txt", "*.model", "*.safetensors", "*.safetensors.index.json")
WITHOUT_EXTRA: Final = (
    "A local model needs PyTorch and transformers, which are not installed: pip install 'evol[train]'."
)

WITHOUT_TEMPLATE: Final = (
    "The tokenizer in {folder} has no chat template, so it is not known how to ask the model: take a chat "
    "model, put the template that it was trained with into chat_template.jinja there, or let `evol eval` "
    "ask a base model with --plain."
)


class Stopped(Exception):
    """Generation was asked to end before it was done."""


def find_model(name: str) -> Path:
    """Return the folder of a model: a path, or a Hub id that is fetched or was fetched before.

    Raises ConfigError where there is no such folder or it holds no model.
    """
    folder = Path(name).expanduser()
    if not folder.is_dir():
        folder = _from_hub(name)
    if not any((folder / file).is_file() for file in ("config.json", "adapter_config.json")):
        raise ConfigError(f"{folder} holds no model: it has neither config.json nor adapter_config.json.")
    return folder


def _from_hub(name: str) -> Path:
    if name.count("/") != 1 or name.startswith((".", "~", "/")):
        raise ConfigError(f"There is no folder {name} to read a model from.")
    try:
        from huggingface_hub import snapshot_download

        return Path(snapshot_download(name, allow_patterns=list(FETCHED)))
    except ImportError:
        raise ConfigError(WITHOUT_EXTRA) from None
    except Exception as error:
        reason = str(error).strip().partition("\n")[0].rstrip(".")
        raise ConfigError(
            f"There is no folder {name}, and no model of that name can be fetched: {reason}."
        ) from error


def fingerprint(folder: Path) -> str:
    """Return 12 hex digits of everything in a model's folder that decides what it says.

    Reads the weights once, so it takes as long as reading them from disk.
    """
    import hashlib

    files = {path for pattern in HASHED for path in folder.glob(pattern) if path.is_file()}
    files -= {path for pattern in TRAINING_STATE for path in folder.glob(pattern)}
    digests = []
    for path in sorted(files):
        with path.open("rb") as stream:
            digests.append([path.name, hashlib.file_digest(stream, "blake2b").hexdigest()])
    return content_key(digests)[:12]


class ChatModel:
    """A causal language model, asked through its chat template, on the best device there is.

    With `plain` it is asked as a base model is: it continues the text, and the continuation ends
    before the first of the texts in `until`. Raises ConfigError where the [train] extra is missing,
    the folder cannot be loaded or the tokenizer has no chat template. Weights are read at the first
    generation. Not for use by several threads at once; `stop` may be called by any.
    """

    def __init__(
        self, folder: Path, *, seed: int = 0, plain: bool = False, until: Sequence[str] = ()
    ) -> None:
        self.folder: Final = folder
        self._seed: Final = seed
        self._plain: Final = plain
        self._until: Final = tuple(until)
        self._stopped = threading.Event()
        self._model: Any = None
        self._tokenizer = _load_tokenizer(folder)
        if not (plain or self._tokenizer.chat_template):
            raise ConfigError(WITHOUT_TEMPLATE.format(folder=folder))
        self._most = 1 << 30

    def stop(self) -> None:
        """End what is being generated before its next token; nothing is generated afterwards."""
        self._stopped.set()

    def generate(self, requests: Sequence[ChatRequest], *, batch: int) -> Iterator[tuple[int, Outcome]]:
        """Yield each request's place and its reply, or why there is none, at most `batch` at a time.

        Requests that sample alike are generated together, longest prompts first, so that a batch
        that is too large for the memory fails early; it is halved then. Raises Stopped after `stop`
        and TeacherError where not even one prompt fits.
        """
        prompts, ready = {}, list[int]()
        for place, request in enumerate(requests):
            read = self._read(request)
            if isinstance(read, RequestFailed):
                yield place, read
            else:
                prompts[place] = read
                ready.append(place)
        ready.sort(key=lambda place: (_sampling_key(requests[place].sampling), -len(prompts[place]), place))
        while ready:
            alike = [p for p in ready if requests[p].sampling == requests[ready[0]].sampling]
            taken = alike[: min(batch, self._most)]
            try:
                texts = self._batch([requests[p] for p in taken], [prompts[p] for p in taken])
            except MemoryError as error:
                self._shrink(len(taken), error)
                continue
            ready = [place for place in ready if place not in set(taken)]
            yield from zip(taken, texts, strict=True)

    def _shrink(self, size: int, error: MemoryError) -> None:
        if size == 1:
            raise TeacherError(
                f"The memory does not hold the model {self.folder} with one prompt: take a smaller model, "
                "a larger machine, or serve it elsewhere and name it as openai:MODEL."
            ) from error
        self._most = size // 2

    def _read(self, request: ChatRequest) -> list[int] | RequestFailed:
        """Return the prompt's tokens, or why the model cannot be asked this."""
        tokens = self._plain_tokens(request) if self._plain else self._chat_tokens(request)
        if isinstance(tokens, RequestFailed):
            return tokens
        window = self._window()
        if window is not None and len(tokens) >= window:
            return RequestFailed(
                f"The prompt is {len(tokens)} tokens long; the model's context holds {window}."
            )
        return tokens

    def _chat_tokens(self, request: ChatRequest) -> list[int] | RequestFailed:
        messages = [{"role": message.role, "content": message.content} for message in request.messages]
        try:
            text = self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        except Exception as error:
            return RequestFailed(f"The model's chat template refuses this conversation: {error}.")
        tokens: list[int] = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        return tokens

    def _plain_tokens(self, request: ChatRequest) -> list[int]:
        """Return the text's tokens, a beginning-of-text token among them where the tokenizer sets one."""
        text = "\n\n".join(message.content for message in request.messages)
        tokens: list[int] = self._tokenizer(text)["input_ids"]
        return tokens

    def _window(self) -> int | None:
        model = self._loaded()
        window = getattr(model.config.get_text_config(), "max_position_embeddings", None)
        return int(window) if window else None

    def _loaded(self) -> Any:
        if self._model is None:
            self._model = _load_model(self.folder, self._tokenizer)
        return self._model

    def _batch(self, requests: Sequence[ChatRequest], prompts: Sequence[list[int]]) -> list[ChatReply]:
        """Generate one batch of requests that sample alike. Raises MemoryError and Stopped."""
        import torch

        if self._stopped.is_set():
            raise Stopped
        model, sampling, longest = self._loaded(), requests[0].sampling, max(map(len, prompts))
        most = min(sampling.max_tokens, (self._window() or 1 << 30) - longest)
        pad = model.generation_config.pad_token_id
        ids = torch.tensor([[pad] * (longest - len(p)) + p for p in prompts], device=model.device)
        mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts], device=model.device)
        try:
            with torch.inference_mode():
                out = model.generate(
                    input_ids=ids,
                    attention_mask=mask,
                    max_new_tokens=most,
                    do_sample=False,
                    logits_processor=self._noise(requests, model.device),
                    stopping_criteria=[self._stopping(longest)],
                )
        except torch.OutOfMemoryError as error:
            torch.cuda.empty_cache()
            raise MemoryError from error
        if self._stopped.is_set():
            raise Stopped
        return [self._reply(p, row) for p, row in zip(prompts, out[:, longest:].tolist(), strict=True)]

    def _stopping(self, start: int) -> Any:
        """Return what ends a batch when asked to, and a row behind place `start` at a text in `until`."""
        import torch
        from transformers import StoppingCriteria

        stopped, until, tokenizer = self._stopped, self._until, self._tokenizer
        looked_at = max(map(len, until), default=0)  # a token gives at least one character, or part of one

        class WhenAsked(StoppingCriteria):  # type: ignore[misc]
            def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
                if stopped.is_set() or not until:
                    return torch.full((len(input_ids),), stopped.is_set(), device=input_ids.device)
                ends = input_ids[:, max(start, input_ids.shape[1] - 4 * looked_at) :]
                texts = tokenizer.batch_decode(ends, skip_special_tokens=True)
                found = [any(end in text for end in until) for text in texts]
                return torch.tensor(found, device=input_ids.device)

        return WhenAsked()

    def _noise(self, requests: Sequence[ChatRequest], device: Any) -> list[Callable[..., Any]]:
        """Return what makes the most likely token a draw: temperature, top-p, then noise a row."""
        import torch
        from transformers import LogitsProcessor, TemperatureLogitsWarper, TopPLogitsWarper

        sampling = requests[0].sampling
        if sampling.temperature == 0:
            return []
        dice = [torch.Generator(device).manual_seed(self._seed_of(request)) for request in requests]

        class Gumbel(LogitsProcessor):  # type: ignore[misc]
            def __call__(self, input_ids: Any, scores: Any) -> Any:
                wide = scores.float()
                drawn = [
                    torch.empty_like(row).exponential_(generator=d) for row, d in zip(wide, dice, strict=True)
                ]
                return wide - torch.stack(drawn).log()

        cut = [TopPLogitsWarper(sampling.top_p)] if sampling.top_p < 1 else []
        return [TemperatureLogitsWarper(sampling.temperature), *cut, Gumbel()]

    def _seed_of(self, request: ChatRequest) -> int:
        return int(content_key([self._seed, request.key("")])[:15], 16)

    def _reply(self, prompt: Sequence[int], tokens: list[int]) -> ChatReply:
        decoding = self._loaded().generation_config
        length = next((n for n, token in enumerate(tokens) if token in decoding.eos_token_id), None)
        said = tokens if length is None else tokens[:length]
        while self._until and said and said[-1] == decoding.pad_token_id:
            said = said[:-1]  # what follows a text in `until`, where the batch went on
        text, ended = self._text(prompt, said)
        return ChatReply(
            text=text,
            finish_reason="length" if length is None and not ended else "stop",
            usage=Usage(1, len(prompt), len(said) + (length is not None)),
            model=str(self.folder),
        )

    def _text(self, prompt: Sequence[int], said: Sequence[int]) -> tuple[str, bool]:
        """Return what was said, and whether it came to a text in `until`, before which it is cut.

        A continuation is read behind its prompt: alone, some tokenizers drop its leading space.
        """
        if not self._plain:
            return after_thinking(self._tokenizer.decode(said, skip_special_tokens=True)), False
        as_it_is = {"skip_special_tokens": True, "clean_up_tokenization_spaces": False}
        before = self._tokenizer.decode(prompt, **as_it_is)
        whole = self._tokenizer.decode([*prompt, *said], **as_it_is)
        text = whole[len(before) :]
        places = [place for end in self._until if (place := text.find(end)) >= 0]
        return text[: min(places, default=len(text))], bool(places)


def _sampling_key(sampling: Sampling) -> tuple[float, float, int]:
    return (sampling.temperature, sampling.top_p, sampling.max_tokens)


def _load_tokenizer(folder: Path) -> Any:
    try:
        import torch  # noqa: F401
        from transformers import AutoTokenizer
    except ImportError:
        raise ConfigError(WITHOUT_EXTRA) from None
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
    except Exception as error:
        raise ConfigError(f"The tokenizer in {folder} cannot be loaded: {_first_line(error)}.") from error
    return tokenizer


def _load_model(folder: Path, tokenizer: Any) -> Any:
    """Return the model, ready to generate: in its own precision on an accelerator, float32 on a CPU."""
    import torch
    from transformers import AutoModelForCausalLM, GenerationConfig
    from transformers.utils import logging

    logging.disable_progress_bar()
    device = (
        torch.accelerator.current_accelerator() if torch.accelerator.is_available() else torch.device("cpu")
    )
    dtype = torch.float32 if device.type == "cpu" else "auto"
    try:
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype).to(device).eval()
    except Exception as error:
        raise TeacherError(f"The model in {folder} cannot be loaded: {_first_line(error)}.") from error
    own = model.generation_config.eos_token_id
    ends = {tokenizer.eos_token_id, *(own if isinstance(own, list) else [own])} - {None}
    if not ends:
        raise TeacherError(f"The model in {folder} names no end token, so it could never stop.")
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else min(ends)
    model.generation_config = GenerationConfig(eos_token_id=sorted(ends), pad_token_id=pad)
    return model


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
