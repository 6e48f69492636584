"""Rules about plain text that every domain shares, each a function that returns a verdict.

They are the paper's cheap eliminations (WizardLM, arXiv 2304.12244) and the defects that published
evolved sets were found to have. Each reads only text, costs microseconds and is deterministic, so
an eliminator runs them before it asks a teacher for anything. The rules stand in five files: what
damages any text, what is wrong with a reply, what is wrong with an evolved instruction, which
language a text is in, and what personal data it brings.
"""

from evol.verifiers.text_damage import empty, encoding_damage, repetition, truncated
from evol.verifiers.text_instruction import (
    answer_in_instruction,
    copied_prompt,
    no_information_gain,
    read_equal_judgement,
    refused_to_evolve,
)
from evol.verifiers.text_language import wrong_language
from evol.verifiers.text_personal import personal_data
from evol.verifiers.text_reply import asks_back, assistant_boilerplate, echo, only_stop_words, refusal

__all__ = [
    "answer_in_instruction",
    "asks_back",
    "assistant_boilerplate",
    "copied_prompt",
    "echo",
    "empty",
    "encoding_damage",
    "no_information_gain",
    "only_stop_words",
    "personal_data",
    "read_equal_judgement",
    "refusal",
    "refused_to_evolve",
    "repetition",
    "truncated",
    "wrong_language",
]
