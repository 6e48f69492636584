"""Marks of a chat template or a training prompt that stand inside a row's text.

They come in when a set is made from text that was already rendered for some model: a model trained
on such rows ends its turn in the middle of a sentence, or writes the user's next turn itself.
"""

from __future__ import annotations

import re
from typing import Final

from evol.types import Verdict

VERIFIER: Final = "row"

# Tokens of ChatML, Llama, Mistral, Gemma, Phi, DeepSeek and GPT-2, which no prose has.
TOKENS: Final = re.compile(
    r"<\|(?:im_start|im_end|im_sep|endoftext|eot_id|start_header_id|end_header_id|begin_of_text|end_of_text"
    r"|user|assistant|system|end|endofprompt)\|>"
    r"|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|<｜(?:User|Assistant|end▁of▁sentence|begin▁of▁sentence)｜>"
)
SENTENCE_TOKENS: Final = re.compile(r"\A\s*<s>(?!.*</s>\s*\S)|</s>\s*\Z", re.DOTALL)
HEADINGS: Final = re.compile(
    r"^\s{0,3}#{2,3} (?:Instruction|Response|Human|Assistant):"
    r"|\bBelow is an instruction that describes a task\b",
    re.MULTILINE,
)
LABEL: Final = re.compile(r"\A\s*(?:Assistant|ASSISTANT|AI|Bot|GPT|Chatbot)\s*:\s*\S")
NEXT_TURN: Final = re.compile(r"\n(?:Human|User|USER|HUMAN)\s*:\s*\S", re.MULTILINE)
SUBJECT: Final = re.compile(
    r"chat ?template|chatml|special tokens?|tokeni[sz]|end[- ]of[- ](?:text|sequence)|system prompt|fine-?tun"
    r"|dialogues?|conversation|transcript|chat ?bot|script|strikethrough|html",
    re.IGNORECASE,
)


def chat_template(text: str, asked: str = "", *, reply: bool = False) -> Verdict:
    """Reject a text that holds a chat template's tokens, an instruction prompt's headings or a stray turn.

    Where the instruction `asked` is about such things, nothing is said. A `reply` is also rejected
    where it begins with its speaker's label, or goes on with a user's turn after one.
    """
    found = TOKENS.search(text) or HEADINGS.search(text)
    if found is None and "s>" in text:
        found = SENTENCE_TOKENS.search(text)
    if found is None and reply and (found := LABEL.search(text)) is None and NEXT_TURN.search(text):
        found = NEXT_TURN.search(text) if "\n\n" in text else None
    if found is None or SUBJECT.search(asked or text):
        return Verdict.accept(VERIFIER, "no_template", "The text holds no marks of a chat template.")
    mark = " ".join(found.group().split())[:80]
    message = f'The text holds a mark of a chat template: "{mark}".'
    return Verdict.reject(VERIFIER, "chat_template", message, mark=mark, at=found.start())
