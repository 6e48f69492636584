"""Rules about plain text that every domain shares, each a function that returns a verdict.

They are the paper's cheap eliminations (WizardLM, arXiv 2304.12244) and the defects that published
evolved sets were found to have. Each reads only text, costs microseconds and is deterministic, so
an eliminator runs them before it asks a teacher for anything. The rules stand in three files: what
damages any text, what is wrong with a reply, and what is wrong with an evolved instruction.
"""

from evol.verifiers.text_damage import empty, encoding_damage, repetition, truncated
from evol.verifiers.text_instruction import (
    answer_in_instruction,
    copied_prompt,
    no_information_gain,
    read_equal_judgement,
)
from evol.verifiers.text_reply import asks_back, assistant_boilerplate, only_stop_words, refusal

__all__ = [
    "answer_in_instruction",
    "asks_back",
    "assistant_boilerplate",
    "copied_prompt",
    "empty",
    "encoding_damage",
    "no_information_gain",
    "only_stop_words",
    "read_equal_judgement",
    "refusal",
    "repetition",
    "truncated",
]
