"""The program in a response: fenced, indented, among others, in prose, or none."""

import ast
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.verifiers.code.extraction import extract_code

ADD = "def add(a, b):\n    return a + b"
FENCES = st.sampled_from(["```", "````", "~~~", "~~~~~"])
NAMES = st.sampled_from(["a", "b", "total", "x1"])


@st.composite
def programs(draw):
    body = [f"{draw(NAMES)} = {draw(st.integers())!r}" for _ in range(draw(st.integers(1, 4)))]
    text = draw(st.text(alphabet="ab`~ \n<>/think'\"", max_size=20))
    return "\n".join(
        [
            *body,
            f"text = {text!r}",
            "def solve(n):",
            '    """Say.',
            "",
            "    ```",
            "    x",
            '    ```"""',
            "    return n",
        ]
    )


def test_takes_the_fenced_block_out_of_the_prose():
    response = f"Sure! Here it is:\n\n```python\n{ADD}\n```\n\nIt adds two numbers."
    assert extract_code(response).code == ADD


@pytest.mark.parametrize(
    "info", ["python", "Python", "py", "python3", "", "python title=a.py", "{.python}", "python:a.py"]
)
@pytest.mark.parametrize("fence", ["```", "~~~", "````"])
def test_takes_any_fence_and_info_string(fence, info):
    assert extract_code(f"text\n{fence}{info}\n{ADD}\n{fence}\nmore").code == ADD


TYPED = ">>> def add(a, b):\n...     return a + b\n...\n>>> add(1, 2)\n3\n"
DRESSED = {
    "in a quotation": "> ```python\n> def add(a, b):\n>     return a + b\n> ```",
    "typed at a prompt": f"```python\n{TYPED}```",
    "typed at a prompt, bare": TYPED,
    "with typeset spaces": f"```python\n{ADD}\n```".replace("    ", "\u00a0" * 4),
    "between markers": f"[BEGIN]\n{ADD}\n[DONE]",
    "on the line of its fence": f"```python {ADD}\n```",
    "after a thought in capitals": f"<THINKING>\n```python\nwrong()\n```\n</THINKING>\n```python\n{ADD}\n```",
}


@pytest.mark.parametrize("name", DRESSED)
def test_takes_a_program_however_it_is_dressed(name):
    namespace = {}
    exec(extract_code(DRESSED[name], ["add"]).code, namespace)
    assert namespace["add"](1, 2) == 3


def test_examples_in_a_broken_program_are_not_the_program():
    broken = f'{ADD[:-1]}("""\n>>> add(1, 2)\n3\n'
    assert extract_code(f"```python\n{broken}```").code.startswith("def add")


def test_prefers_blocks_tagged_as_python_to_shell_and_output():
    response = f"```bash\npip install x\n```\n```python\n{ADD}\n```\n```text\n3\n```"
    found = extract_code(response)
    assert (found.code, found.how, found.blocks) == (ADD, "fenced", 3)


def test_no_program_among_blocks_of_other_languages():
    assert extract_code("```js\nlet a = 1\n```").how == "none"


def test_takes_the_last_of_several_definitions():
    wrong = "def add(a, b):\n    return a - b"
    assert (
        extract_code(f"```python\n{wrong}\n```\nOh, wrong. Fixed:\n```python\n{ADD}\n```", ["add"]).code
        == ADD
    )


def test_an_example_of_use_is_not_the_answer():
    assert (
        extract_code(f"```python\n{ADD}\n```\nUse it:\n```python\nprint(add(1, 2))\n```", ["add"]).code == ADD
    )


def test_joins_imports_and_helpers_from_earlier_blocks():
    response = (
        "Imports:\n```python\nimport math\n```\nA helper:\n```python\ndef half(x):\n    return x / 2\n```\n"
        "Then:\n```python\ndef area(r):\n    return math.pi * half(r) ** 2\n```"
    )
    code = extract_code(response, ["area"]).code
    assert code.index("import math") < code.index("def area")
    assert "def half" in code


def test_joins_a_helper_that_comes_later():
    response = "```python\ndef f(x):\n    return g(x)\n```\nwhere\n```python\ndef g(x):\n    return x\n```"
    code = extract_code(response, ["f"]).code
    assert code.index("def f") < code.index("def g")


@pytest.mark.parametrize(
    "response",
    [
        f"<think>\nMaybe ```python\nwrong()\n```\nno.\n</think>\n```python\n{ADD}\n```",
        f"I draft:\n```python\ndef add(a, b): return 0\n```\nhm\n</think>\n```python\n{ADD}\n```",
        f"<think>x</think>```python\n{ADD}\n```",
    ],
)
def test_what_was_thought_is_not_the_answer(response):
    assert extract_code(response, ["add"]).code == ADD


def test_a_thought_that_never_ends_holds_no_answer():
    assert extract_code(f"<think>\n```python\n{ADD}\n```").how == "none"


def test_an_unclosed_last_fence_counts_and_says_so():
    found = extract_code(f"```python\n{ADD}\n")
    assert (found.code.strip(), found.how) == (ADD, "unclosed")


def test_a_cut_off_last_line_is_dropped_where_the_rest_is_a_program():
    assert extract_code(f"```python\n{ADD}\nprint(add(1,", ["add"]).code.strip() == ADD


def test_a_fence_inside_a_docstring_does_not_end_the_block():
    code = 'def f():\n    """Use:\n\n    ```\n    f()\n    ```\n    """\n    return 1'
    assert extract_code(f"```python\n{code}\n```\nDone.").code == code


def test_a_fence_in_a_list_item_loses_its_indentation():
    response = "1. Do this:\n\n   ```python\n" + textwrap.indent(ADD, "   ") + "\n   ```\n2. Done."
    assert extract_code(response).code == ADD


def test_code_without_fences_between_prose():
    response = f"The function adds two numbers.\n\n{ADD}\n\nI hope this helps you!"
    found = extract_code(response, ["add"])
    assert (found.code.strip(), found.how) == (ADD, "prose")


def test_indented_markdown_code():
    response = "Here:\n\n" + textwrap.indent(ADD, "    ") + "\n\nThat is all, folks."
    assert extract_code(response, ["add"]).code.strip() == ADD


def test_bare_code_stands_as_it_is():
    source = f"# adds\nimport math\n\n{ADD}\n"
    assert extract_code(source).code == source


def test_a_bare_function_body_keeps_its_indentation():
    body = "    total = a + b\n    return total\n"
    assert extract_code(body).code == body


@pytest.mark.parametrize(
    "response", ["", "Sorry", "I cannot help with that.", "Yes, it is.", "```python\n```", "42"]
)
def test_prose_is_no_program(response):
    assert extract_code(response).code.strip() == ""


@given(st.text(alphabet="`~\n pydef(:)=<think>/\t0a,", max_size=300), st.lists(NAMES, max_size=2))
def test_never_raises(response, names):
    found = extract_code(response, names)
    assert (found.how == "none") <= (found.code == "")


@given(
    programs(),
    FENCES,
    st.sampled_from(["python", "", "py"]),
    st.sampled_from(["", "Here you go:\n", "1. So\n\n"]),
)
def test_a_fenced_program_comes_back_whole(program, fence, info, before):
    ast.parse(program)
    fence = fence if info else fence[0] * 6
    assert extract_code(f"{before}{fence}{info}\n{program}\n{fence}\nThat is it.").code == program


def test_long_hostile_texts_cost_little():
    for response in (
        "a " * 400_000,
        "```python\n" * 20_000,
        "x = (" * 100_000,
        "def f(:\n" * 5_000,
        "\x00\ud800```py\n\x00",
    ):
        found = extract_code(response, ["f"])
        assert (found.how == "none") == (not found.code)
