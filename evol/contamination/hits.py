"""What was found: one row of the data beside one reference, and why they belong together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from evol.types import Json

Kind = Literal["ngram", "same_template", "execution"]
Field = Literal["instruction", "response"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A row and the reference that it holds, side by side.

    `row_field` and `reference_field` say which texts match; `span` is where in the row's text the
    match starts and ends, in characters. `score`, 0 to 1, is the larger of two: the share of the
    reference's n-grams in the row, and the similarity word by word, both weighted by rarity; for an
    execution it is 1. `evidence` holds both, how many words the common n-grams cover and the numbers
    that differ, or the verdict of the execution.
    """

    row: str
    reference: str
    source: str
    kind: Kind
    score: float
    row_field: Field
    reference_field: Field
    row_text: str
    reference_text: str
    span: tuple[int, int]
    evidence: Mapping[str, Json] = field(default_factory=dict)

    @property
    def contaminated(self) -> bool:
        """Whether the row gives the reference away; a template with other numbers does not."""
        return self.kind != "same_template"

    @property
    def matched(self) -> str:
        """The part of the row's text that matches."""
        return self.row_text[slice(*self.span)]

    def to_json(self) -> dict[str, Any]:
        """Return the hit as plain JSON."""
        return {**asdict(self), "span": list(self.span), "evidence": dict(self.evidence)}
