"""What is checked before the first step, on every row and without loading the model.

A trainer that goes wrong here goes wrong without a word: an answer whose end token is outside the
loss teaches a model never to stop, a row that is cut teaches half a solution, a template that
renders the prompt alone differently trains on a context that is never seen again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from evol._words import normal_form
from evol.contamination import read_references
from evol.errors import ConfigError, DataError
from evol.train.masking import Tokens, tokenize
from evol.train.rows import TrainingRow, TrainingRows

QUANTILES: Final = (0.0, 0.25, 0.5, 0.75, 0.95, 1.0)
PADS: Final = (
    "<|pad|>", "<pad>", "[PAD]", "<|finetune_right_pad_id|>", "<|endoftext|>", "<|vision_pad|>",
    "<|reserved_special_token_0|>", "<unk>", "[UNK]",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that passed its verdict and is not trained on, and why."""

    where: str
    reason: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Preflight:
    """What the checks found. Lengths are in tokens; `quantiles` of whole rows by share of rows.

    `shown` is the first row in pieces: decoded text, and whether the loss falls on it.
    """

    rows: TrainingRows
    left_out: tuple[LeftOut, ...]
    tokens: int
    loss_tokens: int
    quantiles: Mapping[float, int]
    shown: tuple[tuple[str, bool], ...]
    notes: tuple[str, ...] = ()


def check(rows: TrainingRows, tokenizer: Any, config: Any, stops: frozenset[int]) -> Preflight:
    """Check every row under an SFTConfig; `stops` are the tokens at which the model stops.

    Rows longer than `max_length` are left out, never cut. Raises ConfigError where the template is
    missing, renders the prompt in two ways or leaves the end token out of the loss, and DataError
    where no row is short enough.
    """
    _check_template(rows, tokenizer)
    limit = None if config.packing and config.packing_strategy != "bfd" else config.max_length
    kept: list[TrainingRow] = []
    lengths: list[int] = []
    left_out: list[LeftOut] = []
    loss_tokens = moved = 0
    shown: tuple[tuple[str, bool], ...] = ()
    for row, tokens in zip(rows.rows, tokenize(rows.rows, tokenizer, config), strict=True):
        _check_end(row, tokens, tokenizer, stops)
        if limit is not None and len(tokens.ids) > limit:
            left_out.append(LeftOut(row.where, "longer than max_length", len(tokens.ids)))
            continue
        shown = shown or pieces(tokens, tokenizer)
        kept.append(row)
        lengths.append(len(tokens.ids))
        loss_tokens += sum(tokens.loss)
        moved += not tokens.prefix
    if not kept:
        shortest = min(row.tokens for row in left_out)
        raise DataError(
            f"No row is left: all {len(left_out)} are longer than max_length {limit} (the shortest has "
            f"{shortest} tokens): raise max_length."
        )
    notes = _prefix_notes(moved, len(kept))
    taken = replace(rows, rows=tuple(kept))
    return Preflight(
        taken, tuple(left_out), sum(lengths), loss_tokens, quantiles(lengths), shown, tuple(notes)
    )


def _check_template(rows: TrainingRows, tokenizer: Any) -> None:
    if rows.kind in ("prompt-completion", "messages") and not tokenizer.chat_template:
        raise ConfigError(
            "The model has no chat template: name one in the recipe, such as chat_template: chatml or alpaca."
        )
    if tokenizer.eos_token is None:
        raise ConfigError("The tokenizer has no end token: name one in the recipe with eos_token.")


def _check_end(row: TrainingRow, tokens: Tokens, tokenizer: Any, stops: frozenset[int]) -> None:
    """Raise ConfigError unless the last thing the loss falls on, white space aside, is an end token."""
    last = _last_trained(tokens, tokenizer, stops)
    if last in stops:
        return
    end, found = tokenizer.eos_token, None if last is None else tokenizer.convert_ids_to_tokens(last)
    if found in tokenizer.get_added_vocab():
        raise ConfigError(
            f"The chat template ends an answer with {found!r}, but generation stops at {end!r}: "
            f"set eos_token: {found!r} in the recipe."
        )
    raise ConfigError(
        f"The end token {end!r} is not in the loss ({row.where}), so the model would never learn to stop: "
        "name another chat_template, or as eos_token the token that it ends an answer with."
    )


def _last_trained(tokens: Tokens, tokenizer: Any, stops: frozenset[int]) -> int | None:
    for token, counts in zip(reversed(tokens.ids), reversed(tokens.loss), strict=True):
        if counts and (token in stops or tokenizer.decode([token]).strip()):
            return token
    return None


def _prefix_notes(moved: int, rows: int) -> list[str]:
    if 2 * moved > rows:
        raise ConfigError(
            f"The prompt alone is tokenized differently from the prompt before its answer ({moved} of {rows} "
            "rows), so the model would be trained on a context it never sees: name another chat_template."
        )
    if moved:
        return [f"{moved} of {rows} rows: tokens merge where prompt and answer meet; the loss starts there."]
    return []


def quantiles(lengths: Sequence[int]) -> dict[float, int]:
    """Return lengths at `QUANTILES` of the rows (nearest rank)."""
    ranked = sorted(lengths)
    return {share: ranked[min(len(ranked) - 1, int(share * len(ranked)))] for share in QUANTILES}


def pieces(tokens: Tokens, tokenizer: Any) -> tuple[tuple[str, bool], ...]:
    """Return a row decoded in runs of tokens on which the loss falls or does not."""
    found: list[tuple[str, bool]] = []
    start = 0
    for at in range(1, len(tokens.ids) + 1):
        if at == len(tokens.ids) or tokens.loss[at] != tokens.loss[start]:
            found.append((tokenizer.decode(tokens.ids[start:at]), tokens.loss[start]))
            start = at
    return tuple(found)


def check_evaluation(rows: TrainingRows, evaluation: Iterable[str]) -> None:
    """Refuse rows whose instruction is one of an evaluation set's (case and white space aside).

    Raises DataError with the count and the first of them.
    """
    for source in evaluation:
        held = {normal_form(reference.instruction): reference.id for reference in read_references([source])}
        found = [
            (row.where, held[form])
            for row in rows.rows
            for form in map(normal_form, row.asked)
            if form in held
        ]
        if found:
            first = "; ".join(f"{where} is {name}" for where, name in found[:3])
            more = f"; and {len(found) - 3} more" if len(found) > 3 else ""
            raise DataError(
                f"{len(found)} training rows are problems of the evaluation set {source} ({first}{more}): "
                f"take them out (`evol audit DATASET --against {source}` writes a clean set)."
            )


def choose_pad(tokenizer: Any) -> str | None:
    """Return a pad token that is not the end token, from the vocabulary, or None where there is none.

    Labels at the end token are masked as padding by many a tool, and the model then never stops
    (transformers issue 48016); TRL masks by position, so that here it is a matter of what is saved.
    """
    if tokenizer.pad_token is not None and tokenizer.pad_token != tokenizer.eos_token:
        return str(tokenizer.pad_token)
    vocabulary = tokenizer.get_vocab()
    return next((pad for pad in PADS if pad in vocabulary and pad != tokenizer.eos_token), None)
