"""What a program names is found before the lock-down, and only what the standard library holds is allowed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.verifiers.sandbox.imports import named


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("import math", ("math",)),
        ("import os.path as p, re", ("os.path", "re")),
        ("def f():\n\timport heapq; import bisect", ("heapq", "bisect")),
        (
            "from collections import (\n  deque,\n  Counter)",
            ("collections", "collections.deque", "collections.Counter"),
        ),
        ("from unittest import mock", ("unittest", "unittest.mock")),
        ("x = __import__('zlib')", ("zlib",)),
        ("import importlib; importlib.import_module('csv')", ("importlib", "csv")),
        ("import concurrent.futures", ("concurrent.futures", "concurrent.futures.thread")),
        ("import numpy, antigravity, evol.types", ()),
        ("from . import x\nfrom .y import z", ()),
        ("reimport = 1\nprint('nothing')", ()),
        ("if x: import json", ("json",)),
    ],
)
def test_names(source, modules):
    assert named(source) == modules


@given(st.text())
def test_any_text_is_read_without_error(text):
    assert all(isinstance(name, str) for name in named(text))
