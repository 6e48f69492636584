"""What decides whether a row may live: pure functions from a claim and its evidence to a verdict.

A verifier asks nobody and reads no file, never raises on bad data and never hangs. It runs in a
worker process, so it must be a function at the top of a module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evol.types import Json, Verdict

MARKS = ("<instruction>", "</instruction>", "<evolved>", "</evolved>", "given task", "rewritten task")


def final_answer(reply: str) -> str | None:
    """Return what stands after the last "Answer:" of a reply, or None where there is none."""
    _, found, answer = reply.rpartition("Answer:")
    return answer.strip() or None if found else None


def same_list(one: str, other: str) -> bool:
    """Whether two answers are the same words in the same order; case counts, spacing does not."""
    return [word.strip() for word in one.split(",")] == [word.strip() for word in other.split(",")]


def check_text(instruction: str, parent: str | None) -> Verdict:
    """Reject an instruction that copies the prompt that made it, or that evolving did not change."""
    copied = next((mark for mark in MARKS if mark in instruction.lower()), None)
    if copied:
        return Verdict.reject("text", "copied_prompt", "It repeats the evolving prompt.", mark=copied)
    if parent is not None and instruction.split() == parent.split():
        return Verdict.reject("text", "no_information_gain", "Evolving left it as it was.")
    return Verdict.accept("text", "clean_text", "It is a text of its own.")


def check_agreement(replies: Sequence[str], gold: str | None) -> Verdict:
    """Accept where every reply ends in the same answer, and in the known one where there is one."""
    answers = [final_answer(reply) for reply in replies]
    evidence: dict[str, Json] = {"answers": [*answers], "gold": gold}
    first = answers[0]
    if first is None or not all(answer and same_list(answer, first) for answer in answers):
        return Verdict.reject("agreement", "no_agreement", "The solutions differ.", **evidence)
    if gold is not None and not same_list(first, gold):
        return Verdict.reject("agreement", "answer_mismatch", "It is not the known answer.", **evidence)
    return Verdict.accept("agreement", "answers_agree", "All solutions agree.", **evidence)


def verify_row(row: Mapping[str, Json]) -> Verdict:
    """Check a finished row again, offline: does its response reach its answer?"""
    response, answer = str(row.get("response") or ""), row.get("answer")
    return check_agreement([response], None if answer is None else str(answer))
