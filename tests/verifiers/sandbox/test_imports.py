"""What a program names is found before the lock-down, and only what the standard library holds is allowed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.verifiers.sandbox import Call, Invocation
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
        ("import json, \\\n    csv", ("json", "csv")),
        ("exec('import csv')", ("csv",)),
        ("import zipfile", ("zipfile", "encodings.cp437")),
        ("codecs.encode('x', 'rot13')", ("encodings.rot_13",)),
        (
            "b'x'.decode('unicode-escape'), open(f, encoding='CP1252')",
            ("encodings.unicode_escape", "encodings.cp1252"),
        ),
        ("x = 'rot13'", ()),
    ],
)
def test_names(source, modules):
    assert named(source) == modules


@given(st.text())
def test_any_text_is_read_without_error(text):
    assert all(isinstance(name, str) for name in named(text))


LATE = {
    "argparse": "import argparse\nargparse.ArgumentParser().format_help()",
    "asyncio": "import asyncio\nasync def m(): await asyncio.to_thread(lambda: 1)\nasyncio.run(m())",
    "codecs": "import codecs\nassert codecs.encode('abc', 'rot13') == 'nop'\nb'x'.decode('unicode_escape')",
    "email": "import email\nassert email.message_from_string('A: b\\n\\nc')['A'] == 'b'",
    "unittest": "import unittest\nunittest.main(argv=['x'], exit=False)",
    "xml.dom.minidom": "import xml.dom.minidom\nxml.dom.minidom.parseString('<a/>')",
    "xml.etree": "import xml.etree.ElementTree as E\nassert E.tostring(E.fromstring('<a/>')) == b'<a />'",
    "xml.sax": "import xml.sax\nxml.sax.parseString(b'<a/>', xml.sax.ContentHandler())",
    "zipfile": "import io, zipfile\nwith zipfile.ZipFile(io.BytesIO(), 'w') as z: z.writestr('a', 'b')",
}


@pytest.mark.parametrize("name", LATE)
def test_what_a_module_imports_late_is_there(name, sandbox):
    execution = sandbox.run(Call(f"{LATE[name]}\ndef f(): return 1", (Invocation("f"),)))
    assert execution.ok, execution
