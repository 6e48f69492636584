"""What a task asks for besides a behaviour: other languages, the world outside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.domains.code.feasible import language_asked, short_enough, stays_inside

OUTSIDE = {
    "Write a function that fetches the JSON document from a URL.": "network",
    "Send an HTTP request and return the status code.": "network",
    "Write a script that scrapes the headlines of a news site.": "network",
    "Write a program that opens a socket and echoes what it gets.": "network",
    "Read the file data.txt and count its words.": "files",
    "Write the sorted rows to a CSV file.": "files",
    "Write a function that deletes all empty folders.": "files",
    "Build a calculator with tkinter.": "screen",
    "Draw a chart of the values in a window.": "screen",
    "Use numpy to invert a matrix.": "library",
    "Return the current date as a string.": "machine",
    "Write a function that runs a shell command.": "machine",
}
INSIDE = (
    "Write a function `ext(path)` that returns the extension of a file path.",
    "Write a function that takes the lines of a log file given as a list of strings.",
    "Given the text of a CSV file as a string, return its rows.",
    "Return the sum without reading any file.",
    "Do not download anything; compute the value.",
    "Simulate reading from a disk with a queue of requests.",
    "Write a program that reads lines from standard input.",
    "Write a class for a network of nodes and return its shortest path.",
    "Write a function that returns the weekday of a date given as YYYY-MM-DD.",
    "Write a function that lists the divisors of a number.",
    "Return a window of three items around each position.",
    "Write a function that returns the name of the largest file in a dictionary of file sizes.",
)


@pytest.mark.parametrize(("task", "kind"), OUTSIDE.items())
def test_tasks_that_need_the_world_outside(task: str, kind: str) -> None:
    verdict = stays_inside(task)
    assert (verdict.reason, verdict.evidence.get("kind")) == ("needs_outside", kind)


@pytest.mark.parametrize("task", INSIDE)
def test_tasks_that_only_mention_it(task: str) -> None:
    assert stays_inside(task).accepted, stays_inside(task).message


@pytest.mark.parametrize(
    ("task", "language"),
    [
        ("Write a function in JavaScript that reverses a string.", "javascript"),
        ("Write a Java class for a stack.", "java"),
        ("Create a C++ program that adds two numbers.", "cpp"),
        ("Write a C program that adds two numbers.", "c"),
        ("Using C#, write a method that adds.", "csharp"),
        ("Write a SQL query that counts the rows.", "sql"),
        ("Write a function in Go that adds.", "go"),
        ("Write an R script that returns the mean.", "r"),
        ("Fix this:\n\n```js\nfunction f() {}\n```", "javascript"),
        ("Translate this to Python:\n\n```java\nint f() { return 1; }\n```", None),
        ("Convert the Java method below into Python.", None),
        ("Write a Python function that adds.", None),
        ("Write a function `vitamin(kind)` that returns True for vitamin C.", None),
        ("Write a function that counts how often Java is named in a text.", None),
        ("Write a function that tells players when to go.", None),
        ("Write a function `f(x)`.\n\n```python\ndef f(x): ...\n```", None),
        ("Write a function `f(x)`.\n\n```text\nx = 1\n```", None),
    ],
)
def test_the_language_that_is_asked_for(task: str, language: str | None) -> None:
    assert language_asked(task) == language


def test_a_text_too_long_for_a_task() -> None:
    assert short_enough("x" * 20_000).accepted
    assert short_enough("x" * 20_001).reason == "too_long"


@given(st.text(max_size=400))
def test_any_text_can_be_read(text: str) -> None:
    assert stays_inside(text).reason in ("stays_inside", "needs_outside")
    language_asked(text)
