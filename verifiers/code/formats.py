"""From the many ways in which data sets write tests to one `Suite`.

Known are HumanEval (`prompt`, `test`, `entry_point`), MBPP (a list of asserts and set-up code),
assert scripts, test functions, unittest classes, doctests, and input/output pairs for a function
or a whole program (the APPS form `{"inputs", "outputs", "fn_name"}` and lists of pairs).
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping, Sequence

from evol.types import Json
from evol.verifiers.code.scripts import ReadyScript, ready
from evol.verifiers.code.source import parse
from evol.verifiers.code.suite import Dialogue, Format, Pair, Suite

TEST_COLUMNS = (
    "test_list",
    "tests",
    "test",
    "test_cases",
    "input_output",
    "unit_tests",
    "examples",
    "doctest",
)
SETUP_COLUMNS = ("test_imports", "test_setup_code", "setup")
ENTRY_COLUMNS = ("entry_point", "fn_name", "func_name", "function_name")
INPUT_KEYS = ("input", "inputs", "stdin", "in")
OUTPUT_KEYS = ("output", "outputs", "expected_output", "expected", "stdout", "out")


def suite_of(row: Mapping[str, Json]) -> Suite | None:
    """Return the tests that a data set's row holds, or None where it holds none that are known."""
    tests = next((row[c] for c in TEST_COLUMNS if row.get(c)), None)
    entry = next((row[c] for c in ENTRY_COLUMNS if isinstance(row.get(c), str) and row[c]), None)
    prompt = row.get("prompt")
    return read_tests(
        tests,
        entry_point=entry if isinstance(entry, str) else None,
        prompt=prompt if isinstance(prompt, str) else "",
        setup="\n".join(_lines(row.get(c)) for c in SETUP_COLUMNS if row.get(c)),
    )


def read_tests(
    tests: Json, *, entry_point: str | None = None, prompt: str = "", setup: str = ""
) -> Suite | None:
    """Return tests in any known form as a Suite, or None.

    `entry_point` is the function asked for, where the row names it; `prompt` the code that a
    solution may continue (one in prose does no harm); `setup` goes in front of the tests.
    """
    if isinstance(tests, str):
        return _from_text(tests, entry_point, prompt, setup)
    if isinstance(tests, dict):
        return _from_columns(tests, entry_point)
    if isinstance(tests, list) and tests:
        if all(isinstance(t, str) for t in tests):
            script = "\n".join([setup, *map(str, tests)])
            return _script("mbpp", script, entry_point, prompt)
        return _from_pairs(tests, entry_point)
    return None


def _from_text(text: str, entry_point: str | None, prompt: str, setup: str) -> Suite | None:
    stripped = text.strip()
    if stripped[:1] in ("{", "[") and (data := _json(stripped)) is not None:
        return read_tests(data, entry_point=entry_point, prompt=prompt, setup=setup)
    if stripped.startswith(">>>") or (">>>" in stripped and parse(stripped) is None):
        return Suite("doctest", (entry_point,) if entry_point else (), prompt, examples=text)
    return _script("script", f"{setup}\n{text}", entry_point, prompt) if stripped else None


@functools.lru_cache(maxsize=64)
def _script(kind: Format, script: str, entry_point: str | None, prompt: str) -> Suite:
    """Return a suite of Python tests, its format told from what the script defines.

    Made once for all the solutions that the same tests are tried on.
    """
    if entry_point and re.search(r"^def check\(", script, re.M):
        kind = "humaneval"
    if re.search(r"^class \w+\(.*TestCase.*\)", script, re.M):
        kind = "unittest"
    try:
        tests = ready(script, prompt, entry_point)
    except RecursionError:
        tests = ReadyScript(script, (entry_point,) if entry_point else (), parse(script))
    return Suite(kind, tests.entry_points, prompt, script=tests.text, tree=tests.tree)


def _from_columns(tests: Mapping[str, Json], entry_point: str | None) -> Suite | None:
    """Read APPS's form: equally long lists of inputs and outputs, for a function or a program."""
    name = next((tests[c] for c in ENTRY_COLUMNS if isinstance(tests.get(c), str) and tests[c]), entry_point)
    inputs = next((tests[k] for k in INPUT_KEYS if isinstance(tests.get(k), list)), None)
    outputs = next((tests[k] for k in OUTPUT_KEYS if isinstance(tests.get(k), list)), None)
    if not isinstance(inputs, list) or not isinstance(outputs, list) or len(inputs) != len(outputs):
        return _from_pairs([dict(tests)], entry_point)
    pairs: list[Json] = [{"input": i, "output": o} for i, o in zip(inputs, outputs, strict=True)]
    return _from_pairs(pairs, str(name) if name else None)


def _from_pairs(rows: Sequence[Json], entry_point: str | None) -> Suite | None:
    """Read a list of input/output pairs: texts for a program, arguments for a function."""
    pairs: list[tuple[Json, Json]] = []
    for row in rows:
        if not isinstance(row, dict):
            return None
        given = [row[k] for k in INPUT_KEYS if k in row]
        wanted = [row[k] for k in OUTPUT_KEYS if k in row]
        if not given or not wanted:
            return None
        pairs.append((given[0], wanted[0]))
    if not pairs:
        return None
    if entry_point:
        return Suite("pairs", (entry_point,), pairs=tuple(Pair(_arguments(i), o) for i, o in pairs))
    return Suite("stdio", dialogues=tuple(Dialogue(_lines(i), _lines(o)) for i, o in pairs))


def _arguments(given: Json) -> tuple[Json, ...]:
    """Return the arguments of one call: a list's items, or the values that a text has a line each."""
    if isinstance(given, str):
        lines = [_json(line) for line in given.splitlines() if line.strip()]
        return tuple(lines) if lines and None not in lines else (given,)
    return tuple(given) if isinstance(given, list) else (given,)


def _lines(value: Json) -> str:
    if isinstance(value, list):
        return "\n".join(_lines(v) for v in value)
    return value if isinstance(value, str) else json.dumps(value)


def _json(text: str) -> Json:
    try:
        data: Json = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return data
