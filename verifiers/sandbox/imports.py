"""The modules that a program names, to be imported before the lock-down takes the files away.

Reading the source as text over-approximates: a module named in a string is imported for
nothing, and it is a module of the standard library whose import does nothing but define things.
What is not on the list stays unimported, and the program's own import of it fails.
"""

from __future__ import annotations

import re
import sys
from encodings.aliases import aliases

REFUSED = frozenset(
    (
        *("antigravity", "ensurepip", "idlelib", "lib2to3", "pip", "pydoc_data", "readline", "site"),
        *("test", "this", "tkinter", "turtle", "turtledemo", "venv", "webbrowser", "msilib", "winreg"),
        *("_tkinter", "curses", "rlcompleter", "pty", "crypt", "nis", "ossaudiodev", "zipapp"),
    )
)
ALLOWED = frozenset(sys.stdlib_module_names) - REFUSED

STATEMENT = re.compile(
    r"(?:^|[;:\n'\"])[ \t]*(?:import[ \t]+(?P<names>[^\n;#]+)"
    r"|from[ \t]+(?P<package>[\w.]+)[ \t]+import[ \t]*(?P<parts>\([^)]*\)|[^\n;#]+))"
)
DYNAMIC = re.compile(r"import(?:_module|__)?\([ \t]*['\"](?P<name>[\w.]+)['\"]")
WORD = re.compile(r"[\w.]+")
TEXT = re.compile(r"['\"]([\w.-]{2,20})['\"]")
# What modules import only once they are used, by the words that tell of their use.
LATE = {
    "IsolatedAsyncioTestCase": ("unittest.async_case",),
    "argparse": ("gettext", "locale", "shutil", "textwrap"),
    "concurrent.futures": ("concurrent.futures.thread",),
    "email": ("email.parser", "email.generator", "email.policy", "encodings.ascii"),
    "optparse": ("locale",),
    "uuid": ("hashlib",),
    "run_in_executor": ("concurrent.futures.thread",),
    "to_thread": ("concurrent.futures.thread",),
    "unittest.main": ("gettext", "locale", "shutil", "textwrap"),
    "xml": ("encodings.ascii",),
    "xml.dom.minidom": ("xml.dom.expatbuilder",),
    "xml.sax": ("xml.sax.expatreader",),
    "zipfile": ("encodings.cp437",),
}
CODECS = frozenset(aliases.values()) | {
    *("charmap", "idna", "punycode", "raw_unicode_escape", "unicode_escape", "utf_8_sig"),
    *("utf_16_be", "utf_16_le", "utf_32_be", "utf_32_le", "koi8_u", "koi8_t", "cp720", "cp737", "cp875"),
}


def _allowed(name: str) -> bool:
    return name.partition(".")[0] in ALLOWED and not name.startswith(".")


def _first_words(names: str) -> list[str]:
    return [m.group() for part in names.strip("()").split(",") if (m := WORD.match(part.strip()))]


def _codecs(source: str) -> list[str]:
    """Return the modules of the encodings that a source's texts name: Python imports them on first use."""
    texts = (m.group(1).lower().replace("-", "_").replace(".", "_") for m in TEXT.finditer(source))
    return [f"encodings.{name}" for text in texts if (name := aliases.get(text, text)) in CODECS]


def named(source: str) -> tuple[str, ...]:
    """Return the standard-library modules that the source may import, each once, in order.

    `from a import b` gives both `a` and `a.b`, as b may be a submodule.
    """
    found: dict[str, None] = {}
    if "import" in source:
        found = _imported(source.replace("\\\n", " "))
        found.update({late: None for word in LATE if word in source for late in LATE[word]})
    if "code" in source or "encoding" in source:
        found.update(dict.fromkeys(_codecs(source)))
    return tuple(name for name in found if _allowed(name))


def _imported(source: str) -> dict[str, None]:
    found: dict[str, None] = {}
    for match in STATEMENT.finditer(source):
        if names := match.group("names"):
            found.update(dict.fromkeys(_first_words(names)))
        else:
            package = match.group("package")
            found[package] = None
            found.update({f"{package}.{part}": None for part in _first_words(match.group("parts"))})
    found.update({match.group("name"): None for match in DYNAMIC.finditer(source)})
    return found
