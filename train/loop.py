"""`evol loop`: evolve a round, verify it, train on it, and go on only while the dev set says it helped.

This is Evol Stop (WizardCoder, arXiv 2306.08568, section 3.2). Round 0 is the verified seeds; round k
holds generations 0 to k of one run, which is the same as `evol run --generations k`: no reply is
asked for twice. Every round trains the base model anew on all rows so far, so that two rounds differ
by their data and not by how often old rows were seen. Every stage goes on where it stopped, and what
has ended is in loop.json.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from evol.config import RunConfig
from evol.errors import ConfigError
from evol.folder import DATASET, differences, locked
from evol.generation import find_model
from evol.rows import to_line
from evol.run import Plan, Watch, run_blocking
from evol.run import plan as plan_run
from evol.train.evaluation import Benchmark, Decoding, Evaluation, EvaluationPlan, evaluate, read_benchmark
from evol.train.evaluation.results import read_evaluation
from evol.train.evaluation.scoring import Scorer
from evol.train.evaluation.statistics import mcnemar
from evol.train.loop_leaks import Leak, Text, find_leaks, refuse_leaking_seeds, refuse_shared_problems
from evol.train.outputs import model_fingerprint
from evol.train.plan import TrainPlan

RECORD: Final = "loop.json"
RUN, DATA, LEFT_OUT, MODEL, DEV, TEST = "run", "train.jsonl", "left-out.jsonl", "model", "dev", "test"
SCHEMA_VERSION: Final = 1

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class LoopOptions:
    """What a person asks for. `run` says how to evolve; its generations and folder are the loop's."""

    run: RunConfig
    model: str
    dev: str
    rounds: int
    out: Path
    test: str | None = None
    recipe: Mapping[str, Any] = field(default_factory=dict)
    max_new_tokens: int = 1024


@dataclass(frozen=True, slots=True)
class LoopPlan:
    """A loop that was checked and can start; `evolving` is its run with all rounds."""

    options: LoopOptions
    evolving: Plan
    dev: Benchmark
    test: Benchmark | None
    identity: dict[str, Any]

    @property
    def held_out(self) -> list[Benchmark]:
        """The sets that no row of the data may give away."""
        return [self.dev] if self.test is None else [self.dev, self.test]

    def folder(self, number: int) -> Path:
        """Return the folder of a round."""
        return self.options.out / f"round-{number}"


def plan(options: LoopOptions) -> LoopPlan:
    """Read and check what a loop needs; writes nothing and asks nobody.

    Raises ConfigError, DataError and PackError, one sentence each: among others where dev and test
    share problems, or where a seed is one of them.
    """
    dev = read_benchmark(options.dev, domain=options.run.domain)
    test = None if options.test is None else read_benchmark(options.test, domain=options.run.domain)
    with Scorer(dev.domain, workers=1) as scorer:
        for benchmark in [dev] if test is None else [dev, test]:
            scorer.require_judgeable(benchmark)
    if test is not None:
        refuse_shared_problems(dev, test)
    find_model(options.model)
    evolving = plan_run(_config(options, options.rounds))
    identity = {
        "model": model_fingerprint(options.model),
        "dev": dev.digest,
        "test": None if test is None else test.digest,
        "recipe": dict(options.recipe),
        "max_new_tokens": options.max_new_tokens,
        "run": {key: value for key, value in evolving.identity.items() if key != "generations"},
    }
    planned = LoopPlan(options, evolving, dev, test, identity)
    read_record(planned)
    seeds = (Text(s.id, s.instruction, s.response) for s in evolving.samples())
    refuse_leaking_seeds(seeds, planned.held_out)
    return planned


def _config(options: LoopOptions, number: int) -> RunConfig:
    changes = {"generations": number, "out": options.out / RUN, "format": "prompt-completion"}
    return options.run.model_copy(update=changes)


def read_record(plan: LoopPlan) -> dict[str, Any]:
    """Return what loop.json says, or an empty record.

    Raises ConfigError, naming each difference, where the folder holds another loop or something else.
    """
    folder, path = plan.options.out, plan.options.out / RECORD
    if not path.is_file():
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ConfigError(f"{folder} is not empty and holds no loop: give another folder with --out.")
        return {"identity": plan.identity, "rounds": []}
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        found = differences(record["identity"], plan.identity)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"{path} is not what evol wrote: give another folder with --out.") from error
    if found:
        raise ConfigError(
            f"{folder} holds a loop with another configuration ({'; '.join(found[:4])}): give a new folder "
            "with --out."
        )
    return record


class Loop:
    """A loop in progress. `watch` surrounds each evolving, `say` is given each sentence for a person."""

    def __init__(self, plan: LoopPlan, watch: Watch, say: Say) -> None:
        self.plan, self._watch, self._say = plan, watch, say
        self.record = read_record(plan)

    def run(self) -> dict[str, Any]:
        """Run until a round does not improve or there are enough, score the test set, return the record.

        Raises BudgetSpent and Interrupted where evolving was stopped; running again goes on.
        """
        self.plan.options.out.mkdir(parents=True, exist_ok=True)
        with locked(self.plan.options.out):
            self._save()
            for number in range(self.plan.options.rounds + 1):
                if not self._round(number)["improved"]:
                    break
            self._conclude()
        return self.record

    def _save(self) -> None:
        path = self.plan.options.out / RECORD
        part = path.with_name(f".{RECORD}.part")
        part.write_text(json.dumps({**self.record, "schema_version": SCHEMA_VERSION}, indent=2) + "\n")
        part.replace(path)

    def _round(self, number: int) -> dict[str, Any]:
        """Return a round's record, doing the stages that it lacks."""
        rounds = self.record["rounds"]
        if len(rounds) == number:
            rounds.append({"round": number})
        entry: dict[str, Any] = rounds[number]
        for stage, work in (("data", self._evolve), ("training", self._train), ("dev", self._score)):
            if stage not in entry:
                entry[stage] = work(number)
                self._save()
        if "improved" not in entry:
            entry |= self._compare(number)
            self._save()
        return entry

    def _evolve(self, number: int) -> dict[str, Any]:
        """Evolve one generation further and take the verified rows that give no held-out problem away."""
        self._say(f"Round {number}: {'verifying the seeds' if number == 0 else 'evolving'}.")
        options, folder = self.plan.options, self.plan.folder(number)
        finished = run_blocking(plan_run(_config(options, number)), adopt=True, watch=self._watch)
        if finished.stopped is not None:
            raise finished.stopped
        source = options.out / RUN / DATASET / DATA
        leaks = {leak.row: leak for leak in find_leaks(_texts(source), self.plan.held_out)}
        folder.mkdir(parents=True, exist_ok=True)
        rows = _part(source, folder, leaks)
        for leak in leaks.values():
            self._say(f"Left out of the data: {leak}.")
        spent = finished.budget.spent
        return {
            "rows": rows,
            "rejected": finished.exported.rejected,
            "left_out": [asdict(leak) for leak in leaks.values()],
            "calls": spent.calls,
            "tokens": spent.tokens,
        }

    def _train(self, number: int) -> dict[str, Any]:
        from evol.train.sft import train

        options, folder = self.plan.options, self.plan.folder(number)
        rows = self.record["rounds"][number]["data"]["rows"]
        self._say(f"Round {number}: training {options.model} on {rows} rows.")
        held_out = (options.dev,) if options.test is None else (options.dev, options.test)
        asked = TrainPlan(str(folder / DATA), options.model, folder / MODEL, options.recipe, {}, held_out)
        trained = train(asked, self._say)
        return {
            "model": str(trained.folder),
            "steps": trained.steps,
            "loss": trained.loss,
            "rows": trained.rows,
        }

    def _score(self, number: int) -> dict[str, Any]:
        self._say(f"Round {number}: scoring on {len(self.plan.dev.problems)} problems of the dev set.")
        return _summary(self._evaluate(number, self.plan.dev, self.plan.folder(number) / DEV))

    def _evaluate(self, number: int, benchmark: Benchmark, out: Path) -> Evaluation:
        model = str(self.plan.folder(number) / MODEL)
        decoding = Decoding(max_tokens=self.plan.options.max_new_tokens)
        return evaluate(EvaluationPlan(model, benchmark, out, name=f"round-{number}", decoding=decoding))

    def _compare(self, number: int) -> dict[str, Any]:
        """Say whether the dev score rose above the best before, and what a paired test says of it."""
        if number == 0:
            return {"improved": True}
        best = self.best(number)
        now, before = self._answers(number), self._answers(best)
        paired = mcnemar([now[name] for name in before], [before[name] for name in before])
        rose = self._dev(number) > self._dev(best)
        changed = {"gained": paired.only_first, "lost": paired.only_second, "p": round(paired.p, 6)}
        return {"improved": rose, "against": {"round": best, **changed}}

    def _dev(self, number: int) -> float:
        return float(self.record["rounds"][number]["dev"]["value"])

    def _answers(self, number: int) -> dict[str, bool]:
        found = read_evaluation(self.plan.folder(number) / DEV / f"round-{number}")
        return {problem.id: problem.right > 0 for problem in found.problems}

    def best(self, before: int) -> int:
        """Return the round with the highest dev score among the first `before`; of equals, the first."""
        return max(range(before), key=lambda number: (self._dev(number), -number))

    def _conclude(self) -> None:
        """Name the best round, score the test set with its model once, and say why the loop ended."""
        done = self.record["rounds"][: self.plan.options.rounds + 1]
        scored = sum("improved" in entry for entry in done)
        best = self.best(scored)
        self.record["best"] = {"round": best, "model": str(self.plan.folder(best) / MODEL)}
        self.record["ended"] = (
            f"all {self.plan.options.rounds} rounds were run"
            if done[scored - 1]["improved"]
            else f"round {scored - 1} did not raise the dev score"
        )
        if self.plan.test is not None and self.record.get("test", {}).get("round") != best:
            self._say(f"Scoring round {best}, the best, on {len(self.plan.test.problems)} test problems.")
            found = self._evaluate(best, self.plan.test, self.plan.options.out / TEST)
            self.record["test"] = {"round": best, **_summary(found)}
        self._save()


def _summary(found: Evaluation) -> dict[str, Any]:
    return {**found.accuracy.to_json(), **found.counts()}


def _texts(path: Path) -> Iterator[Text]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield Text(row["id"], row["prompt"][-1]["content"], row["completion"][-1]["content"])


def _part(source: Path, folder: Path, leaks: Mapping[str, Leak]) -> int:
    """Copy the rows that leak nothing to the round, those that do beside them; return how many are kept."""
    rows = 0
    data, left_out = folder / f".{DATA}.part", folder / f".{LEFT_OUT}.part"
    with (
        source.open(encoding="utf-8") as lines,
        data.open("w", encoding="utf-8") as kept,
        left_out.open("w", encoding="utf-8") as dropped,
    ):
        for line in lines:
            row = json.loads(line)
            leak = leaks.get(row["id"])
            rows += leak is None
            (kept if leak is None else dropped).write(
                line if leak is None else to_line({"leak": asdict(leak), **row}) + "\n"
            )
    left_out.replace(folder / LEFT_OUT)
    data.replace(folder / DATA)
    return rows
