"""The ways in which the teacher errs on purpose, one for each kind of defect that a model shows."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from evol.domains.general.procedural.demands import Demand
from evol.verifiers.text_language import language_of

EVOLVE: Final = ("refusal", "copied_prompt", "unchanged", "reworded", "truncated", "personal_data")
# A violated constraint is what models do most often.
ANSWER: Final = ("violated",) * 3 + (
    "refusal",
    "asks_back",
    "acknowledges",
    "boilerplate",
    "wrong_language",
    "repetition",
    "personal_data",
    "truncated",
    "encoding_damage",
    "echo",
    "stop_words",
)

REFUSALS: Final = (
    "I'm sorry, but I can't help with that request.",
    "Sorry, I am not able to do this.",
    "I'm sorry, this is something that I cannot write.",
)
QUESTIONS: Final = (
    "Sure! Could you please provide more details about what you have in mind?",
    "I would need more information for this. Please share the rest of your notes.",
)
ACKNOWLEDGEMENTS: Final = (
    "Understood. Shall I start right away?",
    "Certainly, that is clear. Would you like me to go ahead?",
)
BOILERPLATE: Final = (
    "As an AI language model, I have no opinion of my own. ",
    "I am an AI and cannot see this for myself, but here goes. ",
)
ELSEWHERE: Final = (
    "Das ist eine gute Frage, und die Antwort darauf ist nicht so einfach, wie man zuerst denkt. Wir haben "
    "alle Angaben gelesen und sind "
    "der Meinung, dass es auf die Umstände ankommt und dass man sich dafür etwas Zeit nehmen sollte.",
    "C'est une bonne question, et la réponse n'est pas aussi simple que l'on pourrait le croire. Nous "
    "avons lu toutes les données et nous "
    "pensons que cela dépend des circonstances et qu'il faut prendre un peu de temps pour y réfléchir.",
    "Es una buena pregunta, y la respuesta no es tan sencilla como parece a primera vista. Hemos leído "
    "todos los datos y creemos que "
    "depende de las circunstancias y que hay que tomarse un poco de tiempo para pensarlo.",
)
CONTACTS: Final = (
    "For more, write to hannelore.vogt@brieftaube-post.de.",
    "Call Mr Abernathy at +44 20 7946 3381 for the rest.",
    "The card 4539 1488 0343 6467 was charged for it.",
    "Please transfer it to GB82 WEST 1234 5698 7654 32.",
)
FLAT: Final = ("It is what it is.", "Well, there you are.", "...")
DAMAGE: Final = ("Ã©tÃ© â€™", "\ufffd\ufffd", "cafÃ©")
MARKERS: Final = (
    "#Rewritten Prompt#",
    "Rewritten Prompt:",
    "Here is the given prompt again:",
    "<instruction>",
)


def drawn_kind(kinds: tuple[str, ...], rng: Random) -> str:
    """Return one of the kinds of mistake."""
    return rng.choice(kinds)


def with_marker(instruction: str, rng: Random) -> str:
    """Return an instruction that quotes the prompt it was made by."""
    return f"{rng.choice(MARKERS)}\n{instruction}"


def reworded(instruction: str, rng: Random) -> str:
    """Return an instruction that asks for the same in a few other words."""
    lead = rng.choice(("I would like you to do the following for me.", "My task for you today is this one."))
    return f"{lead} {instruction}"


def cut(text: str, rng: Random) -> str:
    """Return the beginning of a text, as a token limit leaves it."""
    return text[: max(1, int(len(text) * rng.uniform(0.3, 0.8)))]


def with_contact(text: str, rng: Random) -> str:
    """Return a text that gives somebody's address or number away."""
    return f"{text}\n\n{rng.choice(CONTACTS)}"


def in_another_language(instruction: str, rng: Random) -> str:
    """Return a reply in a language that the instruction is not in."""
    return rng.choice([text for text in ELSEWHERE if language_of(text) != language_of(instruction)])


def spoilt(kind: str, instruction: str, answer: str, rng: Random) -> str:
    """Return what an erring teacher says instead of the answer; `truncated` and `violated` are not here."""
    said: dict[str, Callable[[], str]] = {
        "refusal": lambda: rng.choice(REFUSALS),
        "asks_back": lambda: rng.choice(QUESTIONS),
        "acknowledges": lambda: rng.choice(ACKNOWLEDGEMENTS),
        "boilerplate": lambda: rng.choice(BOILERPLATE) + answer,
        "wrong_language": lambda: in_another_language(instruction, rng),
        "repetition": lambda: f"{answer}\n" + "And once more, this is all that there is to say. " * 12,
        "personal_data": lambda: with_contact(answer, rng),
        "encoding_damage": lambda: f"{answer} {rng.choice(DAMAGE)}",
        "echo": lambda: instruction,
        "stop_words": lambda: rng.choice(FLAT),
    }
    return said[kind]()


def violated(answer: str, demands: tuple[Demand, ...], rng: Random) -> str | None:
    """Return the answer with one demand broken, or None where there is none to break."""
    return rng.choice(demands).broken(answer) if demands else None
