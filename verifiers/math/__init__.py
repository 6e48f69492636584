"""The math answer verifier: extraction, comparison, step checks, clustering, back-substitution.

`verify(gold, answer)` and `compare(a, b)` give verdicts, `verify_batch` does so for many pairs in
worker processes, `extract(text)` finds the final answer; `parse`, `evaluate` and `equal_expressions`
are the notation itself for other checks to build on. Importing this package loads none of sympy,
math-verify and mpmath.
"""

from evol.verifiers.math.compare import compare
from evol.verifiers.math.equality import Finding, equal_expressions, evaluate
from evol.verifiers.math.extract import Extraction, extract
from evol.verifiers.math.grammar import parse
from evol.verifiers.math.limits import MathError
from evol.verifiers.math.nodes import Node, Relation, substitute, symbols
from evol.verifiers.math.profiles import LENIENT, MEASURED, PROFILES, STRICT, Profile
from evol.verifiers.math.verify import verify, verify_batch

__all__ = [
    "LENIENT",
    "MEASURED",
    "PROFILES",
    "STRICT",
    "Extraction",
    "Finding",
    "MathError",
    "Node",
    "Profile",
    "Relation",
    "compare",
    "equal_expressions",
    "evaluate",
    "extract",
    "parse",
    "substitute",
    "symbols",
    "verify",
    "verify_batch",
]
