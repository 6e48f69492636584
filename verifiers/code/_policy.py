"""RestrictedPython's rules, extended by what ordinary solutions use.

Imports RestrictedPython, so it is itself imported only where a label is asked for.
"""

from __future__ import annotations

import ast
import re
from typing import Any

from RestrictedPython.transformer import INSPECT_ATTRIBUTES, RestrictingNodeTransformer

MODULES = frozenset(
    (
        *("__future__", "abc", "array", "base64", "bisect", "calendar", "cmath", "collections", "copy"),
        *("dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "hashlib", "heapq"),
        *("itertools", "json", "math", "numbers", "operator", "queue", "random", "re", "statistics"),
        *("string", "struct", "textwrap", "time", "types", "typing", "unicodedata", "uuid", "zlib"),
    )
)
HOST_OBJECTS = frozenset(
    (
        *("os", "sys", "builtins", "subprocess", "importlib", "modules", "ctypes", "socket"),
        *("shutil", "posix", "pathlib", "io", "gc"),
    )
)
BANNED_NAMES = frozenset(
    (
        "open",
        "eval",
        "exec",
        "compile",
        "globals",
        "locals",
        "vars",
        "breakpoint",
        "__import__",
        "__builtins__",
    )
)
ALLOWED = frozenset(
    (
        *(
            "AugAssign",
            "AnnAssign",
            "Nonlocal",
            "Call",
            "Match",
            "match_case",
            "MatchValue",
            "MatchSingleton",
        ),
        *("MatchSequence", "MatchMapping", "MatchClass", "MatchStar", "MatchAs", "MatchOr"),
    )
)
MAGIC_NAMES = frozenset(("__name__", "__all__"))
MAGIC_ATTRIBUTES = frozenset(
    (
        "__init__",
        "__name__",
        "__len__",
        "__eq__",
        "__lt__",
        "__hash__",
        "__str__",
        "__repr__",
        "__class__",
        "__doc__",
    )
)
MAGIC_METHOD = re.compile(
    r"__(?!del|getattribute|getattr|setattr|delattr|reduce|import|class|subclasshook)[a-z]+__$"
)


class ExtendedPolicy(RestrictingNodeTransformer):  # type: ignore[misc]
    """Read for its complaints in `errors`; the tree that it rewrites is thrown away."""

    def check_name(self, node: ast.AST, name: str | None, allow_magic_methods: bool = False) -> None:
        """Allow private names, `print` and most magic methods; refuse doors to the host."""
        if name is None or name in MAGIC_NAMES:
            return
        magic = name.startswith("__") and name.endswith("__")
        if name in BANNED_NAMES or (magic and not (allow_magic_methods and MAGIC_METHOD.match(name))):
            self.error(node, f"the name {name} is not allowed")

    def check_import_names(self, node: ast.Import | ast.ImportFrom) -> ast.AST:
        """Allow the listed modules, and nothing from them that is itself a door."""
        names = [alias.name for alias in node.names]
        modules = [node.module or "."] if isinstance(node, ast.ImportFrom) else names
        outside = [m for m in modules if m.split(".")[0] not in MODULES]
        for name in outside + [n for n in names if n in HOST_OBJECTS and n not in outside]:
            self.error(node, f"import of {name} is not allowed")
        return node

    def visit(self, node: ast.AST) -> Any:
        """Allow some constructs whatever their parts turn out to be; leave the others to their rules."""
        return self.node_contents_visit(node) if type(node).__name__ in ALLOWED else super().visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:  # noqa: N802 - named by ast
        """Allow private attributes; refuse magic ones, frames, and modules reached through others."""
        magic = node.attr.startswith("__") and node.attr.endswith("__") and node.attr not in MAGIC_ATTRIBUTES
        if magic or node.attr in INSPECT_ATTRIBUTES or node.attr in HOST_OBJECTS:
            self.error(node, f"the attribute {node.attr} is not allowed")
        return self.node_contents_visit(node)  # type: ignore[no-any-return]

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:  # noqa: N802 - named by ast
        """Allow classes, with no metaclass but the abstract one."""
        if any(k.arg == "metaclass" and not ast.unparse(k.value).endswith("ABCMeta") for k in node.keywords):
            self.error(node, "a metaclass is not allowed")
        self.check_name(node, node.name)
        return self.node_contents_visit(node)  # type: ignore[no-any-return]
