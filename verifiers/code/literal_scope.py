"""What the names of a test script mean while it is read as data."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field


@dataclass(slots=True)
class Scope:
    """What names mean: entry points under their aliases, bound expressions, modules and functions."""

    entries: dict[str, str]
    bound: dict[str, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    procedures: dict[str, ast.FunctionDef] = field(default_factory=dict)
    depth: int = 0

    def copied(self) -> Scope:
        """Return a scope of the same names, in which others may come to mean something."""
        return Scope(
            dict(self.entries), dict(self.bound), dict(self.functions), dict(self.procedures), self.depth
        )

    def meant(self, function: ast.expr) -> str:
        """Return the full name of a library function, or an empty text."""
        match function:
            case ast.Attribute(value=ast.Name(id=module), attr=attr) if module in self.functions:
                return f"{self.functions[module]}.{attr}"
            case ast.Name(id=name) if name not in self.bound:
                return self.functions.get(name, "")
        return ""
