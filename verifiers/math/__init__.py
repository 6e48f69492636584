"""The math answer verifier: extraction, comparison, step checks, clustering, back-substitution.

`verify(gold, answer)` and `compare(a, b)` give verdicts, `extract(text)` finds the final answer,
`parse`, `evaluate` and `equal_expressions` are the notation itself for other checks to build on.
Importing this package loads none of sympy, math-verify and mpmath.
"""

from evol.verifiers.math.equality import Finding, equal_expressions, evaluate
from evol.verifiers.math.grammar import parse
from evol.verifiers.math.limits import MathError
from evol.verifiers.math.nodes import Node, Relation, substitute, symbols

__all__ = [
    "Finding",
    "MathError",
    "Node",
    "Relation",
    "equal_expressions",
    "evaluate",
    "parse",
    "substitute",
    "symbols",
]
