"""Near-duplicate instructions and rows that give a benchmark away, as findings of an audit.

The work is done by `evol.dedup` and `evol.contamination`; here their results become findings, and of
each cluster the first row that passed by itself is the one to keep.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evol.audit.chunks import hook_verdict
from evol.audit.findings import BY_EXECUTION, BY_TEXT, Finding, Severity
from evol.audit.store import Store
from evol.errors import VerifierStopped
from evol.types import Json, Verdict

if TYPE_CHECKING:
    from evol.contamination import Hit, Reference
    from evol.dedup import Cluster
    from evol.verifiers.workers import WorkerPool

RANK_NEAR: Final = 3
RANK_AGAINST: Final = 4
SHOWN: Final = 1200
LONG: Final = 25
EXECUTION_LIMIT_S: Final = 30.0

# Equal instructions are found already; here each stands for all its copies, the accepted one first.
_DISTINCT: Final = """
    SELECT number, instruction FROM rows WHERE number IN (
        SELECT number FROM (
            SELECT number, row_number() OVER (
                PARTITION BY instruction ORDER BY accepted DESC, number
            ) AS place
            FROM keys WHERE instruction IS NOT NULL
        ) WHERE place = 1
    ) ORDER BY number
"""
_TEXTS: Final = "SELECT number, instruction, response FROM rows WHERE readable ORDER BY number"
_ACCEPTED: Final = "SELECT accepted FROM keys WHERE number = ?"
_PAIR: Final = "SELECT instruction || char(10) || response FROM rows WHERE number = ?"


def find_near_duplicates(store: Store, threshold: float, folder: Path, pool: WorkerPool) -> None:
    """Note each row whose instruction nearly repeats another's; numbers that differ make another text."""
    from evol.dedup import DuplicateFinder

    with DuplicateFinder(folder) as finder:
        for number, instruction in store.select(_DISTINCT):
            finder.add(str(number), instruction)
        clusters = finder.clusters(threshold, "exact", pool)
        store.note_among(RANK_NEAR, (found for c in clusters for found in _of_cluster(store, c, threshold)))


def _of_cluster(store: Store, cluster: Cluster, threshold: float) -> Iterator[tuple[int, Finding]]:
    from evol.dedup import similarity

    closest = {int(d.id): (int(d.like), d.similarity) for d in cluster.duplicates}
    members = [int(cluster.first), *closest]
    kept = next((m for m in members if next(store.select(_ACCEPTED, (m,)))[0]), members[0])
    for member in members:
        if member == kept:
            continue
        like, alike = closest.get(member, (kept, None))
        if alike is None or like == kept:
            like = kept
            alike = similarity(_text(store, member, _INSTRUCTION), _text(store, kept, _INSTRUCTION))
        evidence: dict[str, Json] = {
            "kept_row": kept,
            "like_row": like,
            "similarity": round(alike, 4),
            "pair_similarity": round(similarity(_text(store, member, _PAIR), _text(store, like, _PAIR)), 4),
            "cluster": len(members),
        }
        yield member, _finding(evidence, len(_text(store, member, _INSTRUCTION).split()), threshold)


def _finding(evidence: dict[str, Json], words: int, threshold: float) -> Finding:
    """Return the finding on an instruction that nearly repeats another.

    A short one may differ in the word that matters (the perimeter of a square, of a triangle): it is
    only noted, unless the responses are alike as well.
    """
    same = words >= LONG or float(str(evidence["pair_similarity"])) >= threshold
    like, alike = evidence["like_row"], float(str(evidence["similarity"]))
    message = f"The instruction repeats row {like}'s almost word for word ({alike:.0%} alike)."
    reason, severity = ("near_duplicate", Severity.REJECT) if same else ("similar_instruction", Severity.NOTE)
    return Finding(severity, reason, message, "among", evidence=evidence)


_INSTRUCTION: Final = "SELECT instruction FROM rows WHERE number = ?"


def _text(store: Store, number: int, sql: str) -> str:
    return str(next(store.select(sql, (number,)))[0])


def find_contamination(
    store: Store, references: Sequence[Reference], domain: str | None, folder: Path, pool: WorkerPool
) -> None:
    """Note each row that holds a reference's text, or whose program passes its tests."""
    from evol.contamination import ContaminationFinder

    def execute(row: Mapping[str, Json]) -> Verdict:
        try:
            return pool.run(hook_verdict, str(domain), dict(row), limit_s=EXECUTION_LIMIT_S)
        except VerifierStopped as error:
            return Verdict.undecided("contamination", "worker_stopped", str(error))

    with ContaminationFinder(references, execute if domain else None, folder) as finder:
        for number, instruction, response in store.select(_TEXTS):
            finder.add(str(number), instruction, response)
        store.note_among(RANK_AGAINST, ((int(hit.row), _of_hit(hit)) for hit in finder.hits()))


def _of_hit(hit: Hit) -> Finding:
    evidence: dict[str, Json] = {
        "kind": hit.kind,
        "reference": hit.reference,
        "source": hit.source,
        "score": hit.score,
        "row_text": hit.matched[:SHOWN],
        "reference_text": hit.reference_text[:SHOWN],
        **hit.evidence,
    }
    where = f"{hit.source}, {hit.reference}"
    if not hit.contaminated:
        message = f"The {hit.row_field} is a problem of {where} with other numbers."
        return Finding(Severity.NOTE, "same_template", message, hit.row_field, "contamination", evidence)
    reason, message = BY_TEXT, f"The {hit.row_field} holds {hit.score:.0%} of {where}."
    if hit.kind == "execution":
        reason, message = BY_EXECUTION, f"The row's program passes the tests of {where}."
    return Finding(Severity.REJECT, reason, message, hit.row_field, "contamination", evidence)
