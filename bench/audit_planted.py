"""What an audit finds of defects that are known, because they were planted.

`python bench/audit_planted.py DATA [math code general chats]`, where DATA is a folder with
gsm8k_train_2000.jsonl, gsm8k_test.jsonl, mbpp.jsonl and HumanEval.jsonl.gz. Their rows are taken as
clean, and so are rows of our own (`planted_rows`); left out are the rows that were read and that
docs/audits/ names as wrong, and MBPP's repeated tasks. Into each kind's own rows, drawn by a seed,
one defect is planted. A finding counts as right where its kind was planted and as false on every row
without a planted defect.
"""

from __future__ import annotations

import ast
import gzip
import json
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planted_rows import DEMANDS, beginning_with, breaking, general_rows, hollow

from evol.audit.performing import Plan, perform
from evol.audit.writing import ROWS

Row = dict[str, Any]
EACH = 30
SEED = 7
# Ten programs solve a problem of HumanEval, and the tests of 899 all want True: see docs/audits/mbpp.md.
KNOWN_OF_MBPP = frozenset({32, 68, 294, 418, 501, 687, 750, 755, 814, 873, 899})
WRONG_AS_PUBLISHED = frozenset({168, 169, 199, 225, 503, 717, 1818})
ENGLISH = "We add up what there is and then take away what was sold in the week before."
FOREIGN = {
    "German": "Zuerst rechnen wir aus, wie viele Stück es am Anfang waren, und dann ziehen wir ab, "
    "was in der Woche verkauft wurde. Damit ist klar, dass am Ende noch der Rest für die anderen bleibt.",
    "French": "On calcule d'abord combien il y en avait au début, puis on retire ce qui a été vendu "
    "pendant la semaine. Il est donc clair que le reste est pour les autres, et que c'est la réponse.",
    "Spanish": "Primero se calcula cuántos había al principio y después se resta lo que se vendió "
    "durante la semana. Por eso está claro que el resto es para los otros y que esta es la respuesta.",
}
SECRETS = (
    "Write to laura.meier@gmx-post.de for the sheet.",
    "Call me on +49 30 90182735 about it.",
    "The card is 4539 5787 6362 1486.",
    "Use the key sk-proj-Tq8Zr4mWx2Lk9Vb6Nc3Hd7Js1 for it.",
    "Transfer it to DE44 5001 0517 5407 3249 31.",
)
LEAKS = (
    "#Rewritten Prompt#:\n{}",
    "I want you to act as a Prompt Rewriter. Here is the text: {}",
    "{}\n\n#Given Prompt#: see above",
    "Sure! Here is a more challenging version of the question:\n{}",
)
TEMPLATES = ("{}<|im_end|>", "<|assistant|>\n{}", "{}</s>", "[INST] {}", "### Response:\n{}", "Assistant: {}")
REFUSALS = (
    "I'm sorry, but I can't help with that.",
    "As an AI language model, I cannot solve this problem for you.",
    "Unfortunately, I am unable to assist with this request.",
)


BACK = (
    "Could you please provide more details about it?",
    "Sure, which one of them do you mean?",
    "Please specify what you need, then I will go on.",
)
NOTHING = ("It is what it is.", "And so it is of them.", "...", "Oh, well, so it is.")


@dataclass(frozen=True)
class Kind:
    """A defect: how it is planted, and the reasons under which an audit may report it.

    `plant` returns the row changed, and rows to stand beside it.
    """

    name: str
    reasons: tuple[str, ...]
    plant: Callable[[random.Random, Row, str, str], list[Row]]


def put(field: int, change: Callable[[random.Random, str], str]) -> Callable[..., list[Row]]:
    """Return a planter that changes the instruction (0) or the response (1)."""
    return lambda rnd, row, *names: [{**row, names[field]: change(rnd, row[names[field]])}]


def beside(rnd: random.Random, row: Row, asked: str, said: str, **changes: Any) -> list[Row]:
    """Return a row and a copy of it with some cells changed."""
    return [row, {**row, **changes}]


def reworded(rnd: random.Random, row: Row, asked: str, said: str) -> list[Row]:
    words = row[asked].split()
    at = rnd.randrange(len(words) // 2)
    return [row, {**row, asked: " ".join([*words[:at], "simply", *words[at:]])}]


def looped(rnd: random.Random, text: str) -> str:
    return text + " and then we go on with the next step" * 30


def damaged(rnd: random.Random, text: str) -> str:
    at = rnd.randrange(1, len(text))
    return text[:at] + rnd.choice(["\ufffd", "â€™", "Ã©", "\x08"]) + text[at:]


def unfinished(rnd: random.Random, text: str) -> str:
    """Cut a solution within its last calculation."""
    body = text.rpartition("\n####")[0]
    places = [found.start() for found in re.finditer(r"(?<=\d)=(?=\d)", body)]
    return body[: places[-1]] if places else body[: len(body) // 2]


def slip(rnd: random.Random, text: str) -> str:
    """Make one marked calculation come out wrong, in the mark and after it."""
    marks = list(re.finditer(r"<<([^=<>]+)=(\d+)>>(\d+)", text))
    if not marks:
        return text
    mark = rnd.choice(marks)
    wrong = int(mark[2]) + rnd.choice([1, 2, 10])
    return f"{text[: mark.start()]}<<{mark[1]}={wrong}>>{wrong}{text[mark.end() :]}"


def no_returned(rnd: random.Random, text: str) -> str:
    """Make a program return 'no' wherever it returns, also where that takes several lines."""
    text = text.replace("\r\n", "\n")
    lines = text.split("\n")
    returned = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Return)]
    for node in sorted(returned, key=lambda node: -node.lineno):
        first, last = node.lineno - 1, node.end_lineno or node.lineno
        before = lines[first].encode()[: node.col_offset].decode()
        lines[first:last] = [f"{before}return 'no'"]
    return "\n".join(lines)


def foreign(rnd: random.Random, text: str) -> str:
    return rnd.choice(list(FOREIGN.values()))


def long(rnd: random.Random, text: str) -> str:
    return text + " ".join(
        f"Note {n}: {rnd.random():.9f} lies between {n} and {n + rnd.random():.3f}." for n in range(900)
    )


def off_by(row: Row, much: int) -> str:
    return str(int(re.sub(r"\D", "", row["answer"])) + much)


def template(rnd: random.Random, text: str) -> str:
    return rnd.choice(TEMPLATES).format(text)


TEXT = [
    Kind("empty instruction", ("empty_instruction",), put(0, lambda rnd, text: rnd.choice(["", "  \n"]))),
    Kind("empty response", ("empty_response",), put(1, lambda rnd, text: rnd.choice(["", " ", "\u200b\n"]))),
    Kind("open code fence", ("truncated",), put(1, lambda rnd, text: f"Here it is:\n```python\n{text}")),
    Kind("refusal", ("refusal", "assistant_boilerplate"), put(1, lambda rnd, text: rnd.choice(REFUSALS))),
    Kind(
        "evolving prompt",
        ("copied_prompt", "prompt_leak"),
        put(0, lambda rnd, text: rnd.choice(LEAKS).format(text)),
    ),
    Kind("chat template", ("chat_template",), put(1, template)),
    Kind("broken encoding", ("encoding_damage",), put(1, damaged)),
    Kind("loop", ("repetition",), put(1, looped)),
    Kind("length outlier", ("length_outlier",), put(1, long)),
    Kind("personal data", ("personal_data",), put(1, lambda rnd, text: f"{text}\n{rnd.choice(SECRETS)}")),
    Kind("asks back", ("asks_back",), put(1, lambda rnd, text: rnd.choice(BACK))),
    Kind("only stop words", ("only_stop_words",), put(1, lambda rnd, text: rnd.choice(NOTHING))),
    Kind("echo", ("echoes_instruction",), lambda rnd, row, asked, said: [{**row, said: row[asked]}]),
    Kind("exact duplicate", ("duplicate_pair",), beside),
    Kind("near duplicate", ("near_duplicate",), reworded),
]
MATH = [
    Kind("cut off in a calculation", ("truncated", "no_answer", "different_value"), put(1, unfinished)),
    Kind("answer in instruction", ("answer_in_instruction",),
         lambda rnd, row, asked, said: [{**row, asked: f"{row[asked]} The answer is {row['answer']}."}]),
    Kind("wrong language", ("wrong_language",), put(1, foreign)),
    Kind("mixed language", ("mixed_language", "wrong_language"),
         put(1, lambda rnd, text: text.replace("\n", " 我们这样计算。\n", 1) if rnd.random() < 0.5 else
             f"{ENGLISH}\n\n{foreign(rnd, text)}")),
    Kind("same instruction, other response", ("duplicate_instruction",),
         lambda rnd, row, asked, said: beside(rnd, row, asked, said, **{said: f"So:\n{row[said]}"})),
    Kind("conflicting answers", ("conflicting_answers",),
         lambda rnd, row, asked, said: beside(rnd, row, asked, said, answer=off_by(row, 3))),
    Kind("wrong gold", ("different_value",),
         lambda rnd, row, asked, said: [{**row, "answer": off_by(row, rnd.choice([1, 7, 100]))}]),
    Kind("wrong step", ("wrong_step",), put(1, slip)),
    Kind("no gold but its own", ("no_gold",),
         lambda rnd, row, asked, said: [{key: row[key] for key in row if key != "answer"}]),
]  # fmt: skip
CODE = [
    Kind("does not compile", ("syntax_error",), put(1, lambda rnd, text: text.replace("):", ") ->:", 1))),
    Kind(
        "wrong program",
        ("tests_failed",),
        put(1, no_returned),
    ),
    Kind("tests absent", ("no_tests",), lambda rnd, row, asked, said: [{**row, "test_list": []}]),
    Kind("weak tests", ("weak_tests",), lambda rnd, row, asked, said: [{**row, "test_list": hollow(row)}]),
    Kind("reads a file", ("forbidden",), put(1, beginning_with("open('/etc/passwd').read()"))),
    Kind("endless loop", ("timeout",), put(1, beginning_with("while True: pass"))),
]


def plant(rows: list[Row], kinds: list[Kind], asked: str, said: str) -> tuple[list[Row], list[str]]:
    """Return the rows with defects planted, and beside each the kind it was given, or ""."""
    rnd = random.Random(SEED)
    chosen = rnd.sample(range(len(rows)), EACH * len(kinds))
    kind_of = {index: kinds[place // EACH] for place, index in enumerate(chosen)}
    planted: list[Row] = []
    truth: list[str] = []
    for index, row in enumerate(rows):
        kind = kind_of.get(index)
        changed = kind.plant(rnd, row, asked, said) if kind else [row]
        unchanged = kind is not None and changed == [row]
        planted += changed
        of_pair = [""] if kind is None or kind.name != "conflicting answers" else [kind.name]
        name = kind.name if kind and not unchanged else ""
        truth += [*(of_pair * (len(changed) - 1)), name] if len(changed) > 1 else [name]
    return planted, truth


def found_in(rows: list[Row], domain: str, against: tuple[str, ...]) -> list[set[str]]:
    """Audit rows and return the reasons found in each."""
    import pyarrow.parquet as pq

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "planted.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        out, _ = perform(Plan(str(path), domain, Path(folder) / "audit", against=against))
        return [set(reasons) for reasons in pq.read_table(out / ROWS)["reasons"].to_pylist()]


def report(title: str, kinds: list[Kind], truth: list[str], found: list[set[str]]) -> None:
    """Print precision and recall of each kind as a table."""
    print(f"\n{title}: {len(truth):,} rows, {sum(map(bool, truth))} with a planted defect\n")
    print("| planted | reported as | planted | found | false | precision | recall |")
    print("|---|---|--:|--:|--:|--:|--:|")
    for kind in kinds:
        mine = [name == kind.name for name in truth]
        said = [bool(reasons & set(kind.reasons)) for reasons in found]
        right = sum(m and s for m, s in zip(mine, said, strict=True))
        other = [s and not m and not name for m, s, name in zip(mine, said, truth, strict=True)]
        false, total = sum(other), sum(mine)
        precision = right / (right + false) if right + false else 0.0
        reasons = ", ".join(
            sorted({r for rs, m in zip(found, mine, strict=True) if m for r in rs & set(kind.reasons)})
        )
        recall = right / total
        print(f"| {kind.name} | {reasons} | {total} | {right} | {false} | {precision:.3f} | {recall:.3f} |")
    clean = [reasons for reasons, name in zip(found, truth, strict=True) if not name]
    counts = Counter(reason for reasons in clean for reason in reasons)
    stated = ", ".join(f"{reason} {count}" for reason, count in counts.items()) or "none"
    print(f"\nFindings on the {len(clean):,} rows without a planted defect: {stated}.")


def lines(path: Path) -> list[Row]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    return [json.loads(line) for line in text.splitlines()]


def math(data: Path) -> None:
    """Audit GSM8K rows with defects in them."""
    published = lines(data / "gsm8k_train_2000.jsonl")
    rows = [row for number, row in enumerate(published, 1) if number not in WRONG_AS_PUBLISHED]
    taken = iter(lines(data / "gsm8k_test.jsonl"))

    def leaked(rnd: random.Random, row: Row, asked: str, said: str) -> list[Row]:
        other = next(taken)
        return [{**row, asked: other["question"], said: other["solution"], "answer": other["answer"]}]

    kinds = [*TEXT, *MATH, Kind("test problem", ("contaminated",), leaked)]
    planted, truth = plant(rows, kinds, "question", "solution")
    report("GSM8K (math)", kinds, truth, found_in(planted, "math", (str(data / "gsm8k_test.jsonl"),)))


def code(data: Path) -> None:
    """Audit MBPP rows with defects in them, among them programs of HumanEval."""
    published = [row for row in lines(data / "mbpp.jsonl") if row["task_id"] not in KNOWN_OF_MBPP]
    tasks = {row["text"]: row for row in published}
    problems = iter(lines(data / "HumanEval.jsonl.gz"))

    def solved(rnd: random.Random, row: Row, asked: str, said: str) -> list[Row]:
        problem = next(problems)
        program = f"{problem['prompt']}{problem['canonical_solution']}"
        return [{**row, asked: f"{row[asked]} Use helpers.", said: f"{program}\n\n{row[said]}"}]

    # Tasks of fourteen words that are nearly alike are noted, not rejected: see the docs.
    kinds = [kind for kind in [*TEXT, *CODE] if kind.name != "near duplicate"]
    kinds.append(Kind("solves a benchmark", ("solves_benchmark",), solved))
    planted, truth = plant(list(tasks.values()), kinds, "text", "code")
    against = (str(data / "HumanEval.jsonl.gz"),)
    report("MBPP (code)", kinds, truth, found_in(planted, "code", against))


def general(data: Path) -> None:
    """Audit rows of our own, each with one demand that a program can check."""
    kinds = [kind for kind in TEXT if kind.name != "near duplicate"]
    kinds += [
        Kind(f"broken: {demand.words}", ("violated_instruction",), breaking(number))
        for number, demand in enumerate(DEMANDS)
    ]
    planted, truth = plant(general_rows(2000, SEED), kinds, "instruction", "response")
    report("Rows of our own (general)", kinds, truth, found_in(planted, "general", ()))


def chats(data: Path) -> None:
    """Audit chats of three exchanges, with a defect in the second or the third."""
    rows, rnd = general_rows(4000, SEED), random.Random(SEED)
    rows, others = rows[:1200], iter(rows[1200:])
    kept = {"empty response", "refusal", "chat template", "broken encoding", "loop", "personal data", "echo"}
    kinds = [kind for kind in TEXT if kind.name in kept] + [
        Kind(f"broken: {demand.words}", ("violated_instruction",), breaking(number))
        for number, demand in enumerate(DEMANDS)
    ]
    planted, truth = plant(rows, kinds, "instruction", "response")
    made = []
    for row in planted:
        exchanges = [next(others), next(others), row]
        exchanges[1:] = rnd.sample(exchanges[1:], 2)
        turns = [
            {"role": role, "content": each[field]}
            for each in exchanges
            for role, field in (("user", "instruction"), ("assistant", "response"))
        ]
        made.append({"messages": turns})
    report("Chats of three exchanges (general)", kinds, truth, found_in(made, "general", ()))


PARTS = {"math": math, "code": code, "general": general, "chats": chats}


if __name__ == "__main__":
    for part in sys.argv[2:] or PARTS:
        PARTS[part](Path(sys.argv[1]))
