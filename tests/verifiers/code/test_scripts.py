"""A solution and its tests put together to one program that means the same."""

import ast

import pytest

from evol.verifiers.code.scripts import assemble, guess, ready

PROMPT = '''import math

def helper(x):
    return x + 1

def area(r):
    """Return the area of a circle."""
'''
BODY = "    return math.pi * r ** 2"
FULL = "def area(r):\n    return math.pi * r ** 2"


def runs(program, call="area(1)"):
    space = {}
    exec(program, space)
    return eval(call, space)


@pytest.mark.parametrize(
    "solution", [BODY, FULL, PROMPT + BODY, BODY.replace("    ", ""), "import math\n" + FULL]
)
def test_a_body_and_a_whole_function_mean_the_same_program(solution):
    assert round(runs(assemble(solution, PROMPT, ["area"])), 2) == 3.14


@pytest.mark.parametrize("solution", [BODY, FULL, "import math\n" + FULL, "    # why\n" + BODY])
def test_the_usual_forms_are_told_without_parsing_and_told_right(solution):
    assert guess(solution, PROMPT, ["area"]) == assemble(solution, PROMPT, ["area"])


@pytest.mark.parametrize(
    "solution", ["", "    # nothing", '    """Only a docstring."""', "return 3", "x = 1"]
)
def test_what_may_be_no_completion_is_not_guessed(solution):
    assert guess(solution, PROMPT, ["area"]) is None


def test_future_imports_stay_first():
    program = assemble("from __future__ import annotations\n" + FULL, PROMPT, ["area"])
    assert program.startswith("from __future__")
    assert runs(program) > 3


def test_a_solution_that_is_no_program_stays_as_it_is():
    assert assemble("def area(r:", PROMPT, ["area"]) == "def area(r:"


@pytest.mark.parametrize(
    "first",
    ["from solution import add", "from solution import *", "from .x import add", "from anything import add"],
)
def test_imports_of_the_program_are_dropped(first):
    script = ready(f"{first}\nassert add(1, 2) == 3", "", "add")
    assert "import" not in script.text
    assert script.entry_points == ("add",)


def test_library_modules_are_imported_where_a_script_forgot():
    assert "import math" in ready("assert math.isclose(f(1), 1.0)").text


def test_helpers_come_from_the_prompt_and_not_from_the_program():
    script = ready("def check(c):\n    assert helper(c(1)) > 2\n", PROMPT, "area")
    assert "def helper" in script.text
    assert "def area" not in script.text
    assert "check(area)" in script.text
    assert script.entry_points == ("area",)


def test_test_functions_are_called():
    script = ready("def test_a():\n    assert f(1) == 1\ndef test_b():\n    assert f(2) == 2\ntest_b()").text
    assert script.count("test_a()") == 2
    assert script.count("test_b()") == 2


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("assert add(1, 2) == 3", ("add",)),
        ("assert abs(root(8) - 2) < 1e-6", ("root",)),
        ("assert sum(10, 15) == 6\nassert sum(1, 2) == 3", ("sum",)),
        ("s = Stack()\nassert s.pop() == Item(1)", ("Item", "Stack")),
        ("assert (", ()),
    ],
)
def test_entry_points_are_what_neither_script_nor_python_defines(script, names):
    assert ready(script).entry_points == names


@pytest.mark.parametrize("module", ["solution", "anything"])
def test_a_renamed_import_of_the_program_keeps_its_new_name(module):
    script = ready(f"from {module} import add as plus\nassert plus(1, 2) == 3", "", "add")
    assert script.entry_points == ("add",)
    exec(script.text, {"add": lambda a, b: a + b})


def test_what_follows_an_import_on_its_line_stays():
    script = ready("from solution import (\n  add); assert add(1, 2) == 4, 'é'", "", "add")
    with pytest.raises(AssertionError):
        exec(script.text, {"add": lambda a, b: a + b})


@pytest.mark.parametrize(
    "tests",
    [
        "assert add(1, 2) == 3",
        "from solution import add as plus\nassert plus(1, 2) == 3",
        "def test_add():\n    assert add(1, 2) == 3",
        "from __future__ import annotations\nassert math.floor(add(1, 2)) == 3",
    ],
)
def test_the_tree_says_what_the_text_says(tests):
    script = ready(tests, "", "add")
    whole = ast.unparse(script.tree).replace("pass", "")
    assert whole.split() == ast.unparse(ast.parse(script.text)).replace("pass", "").split()
