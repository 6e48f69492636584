"""The teacher that needs no model: it computes its replies and knows the truth of each."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from evol.domains._procedural import ProceduralTeacher, erring
from evol.domains.math.procedural import mistakes
from evol.domains.math.procedural.arithmetic import stated_number, unmarked
from evol.domains.math.procedural.compose import upward
from evol.domains.math.procedural.downward import easier, fresh
from evol.domains.math.procedural.solutions import program, written
from evol.domains.math.procedural.story import Quantity, Story, solution_lines, story_of
from evol.types import ChatReply, ChatRequest, Json, Sample, content_key

UNKNOWN = "I cannot compute an answer to this problem."


class MathTeacher(ProceduralTeacher):
    """Evolves, answers and judges arithmetic problems with exact numbers."""

    async def reply(self, request: ChatRequest) -> ChatReply:
        """Return the computed reply; an unknown purpose or a request about no row is declined."""
        rng = self.draws(request)
        if request.about is None:
            return self.said(request, UNKNOWN)
        if request.purpose == "evolve":
            return self._evolve(request, request.about, rng)
        if request.purpose == "judge":
            return self._judge(request, request.about, rng)
        if request.purpose in ("answer", "program"):
            return self._solve(request, request.about, rng)
        return self.said(request, UNKNOWN)

    def _evolve(self, request: ChatRequest, parent: Sample, rng: Random) -> ChatReply:
        """Return an evolved instruction, or one of the ways in which evolving goes wrong."""
        wrong = mistakes.drawn_kind(mistakes.EVOLVE, rng) if rng.random() < self.error else ""
        story = story_of(parent)
        child = evolved(parent, story, request.operation or "", rng)
        if wrong == "refusal":
            return self.said(request, mistakes.refusal(rng), truth=erring(wrong))
        if wrong == "unchanged" and story:
            child = story
        truth = known(child)
        instruction = parent.instruction if wrong == "unchanged" and story else child.instruction()
        if wrong == "copied_prompt":
            instruction = mistakes.with_marker(instruction, rng)
        elif wrong == "answer_leak":
            instruction = mistakes.with_answer(instruction, child.answer, rng)
        elif wrong == "unchanged" and not story:
            wrong = ""
        text = f"<evolved>\n{instruction}\n</evolved>"
        if wrong:
            truth["error"] = wrong
        if wrong == "truncated":
            return self.said(request, mistakes.cut(text, rng), "length", truth)
        return self.said(request, text, truth=truth)

    def _judge(self, request: ChatRequest, child: Sample, rng: Random) -> ChatReply:
        """Return Equal for an instruction that was left as it was, Not Equal for any other."""
        equal = child.truth.get("error") == "unchanged"
        wrong = rng.random() < self.error
        text = "Equal" if equal != wrong else "Not Equal"
        return self.said(request, text, truth=erring("judge" if wrong else ""))

    def _solve(self, request: ChatRequest, row: Sample, rng: Random) -> ChatReply:
        """Return a solution or a program for a row whose answer is known."""
        lines, value, quantity = _solution(row)
        if value is None:
            return self.said(request, UNKNOWN if not row.response else row.response)
        if request.purpose == "program":
            return self._program(request, lines, value, rng)
        of_row = Random(content_key([self.identity, row.instruction]))  # noqa: S311 - repeatable draws, not secrets
        shared = self.error * mistakes.MISREAD_SHARE
        if of_row.random() < shared:
            lines, value = mistakes.slipped(lines, value, of_row, misread=True)
            wrong = "misreading"
        else:
            wrong = "slip" if rng.random() < (self.error - shared) / (1 - shared) else ""
        return self._answer(request, lines, value, quantity, wrong, rng)

    def _program(self, request: ChatRequest, lines: list[str], value: Fraction, rng: Random) -> ChatReply:
        """Return a program, with mistakes that no other reply about the row shares."""
        kind = mistakes.drawn_kind(mistakes.PROGRAM, rng) if rng.random() < self.error else ""
        if kind == "misreading":
            lines, value = mistakes.slipped(lines, value, rng, misread=True)
        code = program(tuple(lines), value)
        if kind == "slip":
            code = mistakes.miscoded(code, rng)
        elif kind == "crash":
            code = mistakes.crashing(code, rng)
        text = f"```python\n{code}\n```"
        if kind in ("refusal", "no_code"):
            text = mistakes.refusal(rng) if kind == "refusal" else mistakes.prose(value, rng)
        finish = "length" if kind == "truncated" else "stop"
        text = mistakes.cut(text, rng) if kind == "truncated" else text
        return self.said(request, text, finish, truth=erring(kind))

    def _answer(
        self,
        request: ChatRequest,
        lines: list[str],
        value: Fraction,
        quantity: Quantity,
        wrong: str,
        rng: Random,
    ) -> ChatReply:
        """Return a worded solution, with a mistake of its own where `wrong` asks for one."""
        kind = mistakes.drawn_kind(mistakes.ANSWER, rng) if wrong == "slip" else wrong
        if kind == "slip":
            lines, value = mistakes.slipped(lines, value, rng)
        elif kind == "wrong_final":
            value = mistakes.wrong_number(value, rng)
        text = mistakes.refusal(rng) if kind == "refusal" else written(lines, value, quantity, rng)
        finish = "length" if kind == "truncated" else "stop"
        text = mistakes.cut(text, rng) if kind == "truncated" else text
        return self.said(request, text, finish, truth=erring(kind))


def _solution(row: Sample) -> tuple[list[str], Fraction | None, Quantity]:
    """Return a row's marked solution lines, its answer and what it asks for."""
    story = story_of(row)
    if story:
        return list(story.marked()), story.last.number, story.last
    value = stated_number(row.answer) if row.answer else None
    return list(solution_lines(row.response)), value, Quantity("0", "number")


def evolved(parent: Sample, story: Story | None, operation: str, rng: Random) -> Story:
    """Return the parent's problem after one operation.

    A parent without a known number, and `breadth`, give a fresh problem.
    """
    topic = story.topic if story else ""
    if operation == "easier-new-topic":
        return fresh(rng, parent.instruction, topic, easy=True)
    if story is None or operation == "breadth":
        return fresh(rng, parent.instruction, topic)
    if operation == "easier-revision":
        return easier(story, rng)
    return upward(story, operation, rng) or fresh(rng, parent.instruction, topic)


def known(story: Story) -> dict[str, Json]:
    """Return what is known of a problem: its solution, answer and parts, as plain JSON."""
    solution = "\n".join(unmarked(line) for line in story.marked())
    return {"solution": solution, "answer": story.answer, "story": story.to_json()}
