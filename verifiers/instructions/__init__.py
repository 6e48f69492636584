"""Constraints that a program can check: recognised in an instruction, checked in its response.

The kinds are those of IFEval (arXiv 2311.07911) and its kin: length, words, format, case, start
and end, language, sections, placeholders, choices. Recognition aims at precision: what could be
meant otherwise is not recognised, and a response is never blamed for it.
"""

from evol.verifiers.instructions.checking import check, check_instructions
from evol.verifiers.instructions.constraint import Constraint
from evol.verifiers.instructions.recognition import recognise

__all__ = ["Constraint", "check", "check_instructions", "recognise"]
