"""Which tokens of a row the loss falls on, computed apart from TRL so that TRL can be held to it.

The same rule as SFTTrainer's: a prompt and its completion are rendered together, and the
completion starts where that parts from the prompt rendered alone. Rows are rendered in batches,
which is some ten times faster than one at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from evol.errors import ConfigError
from evol.train.rows import Kind, TrainingRow

BATCH: Final = 256


@dataclass(frozen=True, slots=True)
class Tokens:
    """A row as the model sees it: token ids, and for each whether the loss falls on it.

    `prefix` is whether the prompt rendered alone is how the whole row begins.
    """

    ids: Sequence[int]
    loss: Sequence[bool]
    prefix: bool = True


def training_template(tokenizer: Any, config: Any) -> str | None:
    """Return the template that TRL trains with where it is not the tokenizer's own.

    For `assistant_only_loss`, TRL replaces templates it knows by ones that mark the answers.
    Raises ConfigError where the template marks none and is not known.
    """
    from trl.chat_template_utils import get_training_chat_template, has_generation_markers

    if not config.assistant_only_loss or has_generation_markers(tokenizer.chat_template):
        return None
    try:
        found: str | None = get_training_chat_template(tokenizer)
    except ValueError:
        raise ConfigError(
            "assistant_only_loss needs a chat template that marks the answers ({% generation %}), and this "
            "model's does not: name one with chat_template, or leave assistant_only_loss out."
        ) from None
    return found


def tokenize(rows: Sequence[TrainingRow], tokenizer: Any, config: Any) -> Iterator[Tokens]:
    """Yield each row's tokens and mask, in order, under an SFTConfig.

    Raises ConfigError where the chat template cannot render a row.
    """
    template = training_template(tokenizer, config)
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        try:
            yield from _TOKENIZE[batch[0].kind](batch, tokenizer, config, template)
        except Exception as error:
            if type(error).__module__.split(".")[0] != "jinja2":
                raise
            raise ConfigError(
                f"The chat template cannot render a row near {batch[0].where} ({error}): "
                "name another with chat_template."
            ) from error


def _render(
    conversations: list[Any], tokenizer: Any, config: Any, template: str | None, *, prompt: bool = False
) -> Any:
    masked = config.assistant_only_loss and not prompt
    return tokenizer.apply_chat_template(
        conversations,
        tokenize=True,
        return_dict=True,
        chat_template=template,
        add_generation_prompt=prompt,
        **({"return_assistant_tokens_mask": True} if masked else {}),
    )


def _prompt_completion(
    rows: Sequence[TrainingRow], tokenizer: Any, config: Any, template: str | None
) -> Iterator[Tokens]:
    prompts = _render([row.columns["prompt"] for row in rows], tokenizer, config, template, prompt=True)
    both = [[*row.columns["prompt"], *row.columns["completion"]] for row in rows]
    yield from _parted(prompts, _render(both, tokenizer, config, template), config)


def _plain(rows: Sequence[TrainingRow], tokenizer: Any, config: Any, _: str | None) -> Iterator[Tokens]:
    prompts = [row.columns["prompt"] for row in rows]
    ended = [_ended(row.columns["completion"], tokenizer) for row in rows]
    both = [prompt + completion for prompt, completion in zip(prompts, ended, strict=True)]
    yield from _parted(tokenizer(text=prompts), tokenizer(text=both), config)


def _parted(prompts: Any, both: Any, config: Any) -> Iterator[Tokens]:
    masks = both.get("assistant_masks") or [None] * len(both["input_ids"])
    for prompt, ids, mask in zip(prompts["input_ids"], both["input_ids"], masks, strict=True):
        common = next((at for at, (a, b) in enumerate(zip(prompt, ids, strict=False)) if a != b), None)
        common = min(len(prompt), len(ids)) if common is None else common
        first = 0 if config.completion_only_loss is False else common
        loss = [at >= first and (mask is None or bool(mask[at])) for at in range(len(ids))]
        yield Tokens(ids, loss, common == len(prompt))


def _messages(
    rows: Sequence[TrainingRow], tokenizer: Any, config: Any, template: str | None
) -> Iterator[Tokens]:
    whole = _render([row.columns["messages"] for row in rows], tokenizer, config, template)
    masks = whole.get("assistant_masks") or [[1] * len(ids) for ids in whole["input_ids"]]
    for ids, mask in zip(whole["input_ids"], masks, strict=True):
        yield Tokens(ids, [bool(bit) for bit in mask])


def _text(rows: Sequence[TrainingRow], tokenizer: Any, config: Any, _: str | None) -> Iterator[Tokens]:
    for ids in tokenizer(text=[_ended(row.columns["text"], tokenizer) for row in rows])["input_ids"]:
        yield Tokens(ids, [True] * len(ids))


def _ended(text: str, tokenizer: Any) -> str:
    """Return a plain text with the end token after it, as TRL adds it."""
    end = tokenizer.eos_token
    return text if text.endswith(end) else text + end


_TOKENIZE: Final[dict[Kind, Any]] = {
    "prompt-completion": _prompt_completion,
    "messages": _messages,
    "plain": _plain,
    "text": _text,
}
