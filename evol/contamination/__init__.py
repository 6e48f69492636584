"""Contamination: rows of a data set that give away a benchmark the user names.

Three kinds of evidence. `ngram`: the row holds a reference's text, or most of it, told by word
n-grams that are weighted by rarity, so that phrases common to many texts prove nothing.
`same_template`: the same text with other numbers, which is another problem and reported apart.
`execution`: the row's program passes the tests of a benchmark's problem, whatever either is called.

    references = read_references(["gsm8k_test.jsonl", "HumanEval.jsonl.gz"])
    with ContaminationFinder(references, execute=pack.verify_hook()) as finder:
        for row in rows:
            finder.add(row.id, row.instruction, row.response)
        for hit in finder.hits():
            ...

The data is streamed: what is held in memory is the references' n-grams and, for each suspicious
row, a few numbers. Overlap of n-grams as evidence: Brown et al. 2020 (arXiv 2005.14165), appendix
C; passing a benchmark's tests as evidence is this project's own.
"""

from __future__ import annotations

from evol.contamination.finder import ContaminationFinder
from evol.contamination.hits import Hit, Kind
from evol.contamination.programs import Execute
from evol.contamination.references import Reference, read_references

__all__ = ["ContaminationFinder", "Execute", "Hit", "Kind", "Reference", "read_references"]
