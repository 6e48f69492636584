"""The modules that a program names, to be imported before the lock-down takes the files away.

Reading the source as text over-approximates: a module named in a string is imported for
nothing, and it is a module of the standard library whose import does nothing but define things.
What is not on the list stays unimported, and the program's own import of it fails.
"""

from __future__ import annotations

import re
import sys

REFUSED = frozenset(
    (
        *("antigravity", "ensurepip", "idlelib", "lib2to3", "pip", "pydoc_data", "readline", "site"),
        *("test", "this", "tkinter", "turtle", "turtledemo", "venv", "webbrowser", "msilib", "winreg"),
        *("_tkinter", "curses", "rlcompleter", "pty", "crypt", "nis", "ossaudiodev", "zipapp"),
    )
)
ALLOWED = frozenset(sys.stdlib_module_names) - REFUSED

STATEMENT = re.compile(
    r"(?:^|[;:\n])[ \t]*(?:import[ \t]+(?P<names>[^\n;#]+)"
    r"|from[ \t]+(?P<package>[\w.]+)[ \t]+import[ \t]*(?P<parts>\([^)]*\)|[^\n;#]+))"
)
DYNAMIC = re.compile(r"import(?:_module|__)?\([ \t]*['\"](?P<name>[\w.]+)['\"]")
WORD = re.compile(r"[\w.]+")
LAZY = {"concurrent.futures": "concurrent.futures.thread"}


def _allowed(name: str) -> bool:
    return name.partition(".")[0] in ALLOWED and not name.startswith(".")


def _first_words(names: str) -> list[str]:
    return [m.group() for part in names.strip("()").split(",") if (m := WORD.match(part.strip()))]


def named(source: str) -> tuple[str, ...]:
    """Return the standard-library modules that the source may import, each once, in order.

    `from a import b` gives both `a` and `a.b`, as b may be a submodule.
    """
    if "import" not in source:
        return ()
    found: dict[str, None] = {}
    for match in STATEMENT.finditer(source):
        if names := match.group("names"):
            found.update(dict.fromkeys(_first_words(names)))
        else:
            package = match.group("package")
            found[package] = None
            found.update({f"{package}.{part}": None for part in _first_words(match.group("parts"))})
    found.update({match.group("name"): None for match in DYNAMIC.finditer(source)})
    found.update({LAZY[name]: None for name in list(found) if name in LAZY})
    return tuple(name for name in found if _allowed(name))
