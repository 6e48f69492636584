"""The language of a text is told where it is clear, and never guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.verifiers.text import wrong_language
from evol.verifiers.text_language import NAMES, language_of

TEXTS = {
    "en": "The leaves wither until they are soft, and then they are rolled so that the juice meets the air.",
    "de": "Die Blätter welken, bis sie weich sind, und dann werden sie gerollt, damit der "
    "Saft an die Luft kommt.",
    "fr": "Les feuilles se fanent jusqu'à ce qu'elles soient molles, puis on les roule "
    "pour que le suc soit à l'air.",
    "es": "Las hojas se marchitan hasta que están blandas y luego se enrollan para que el "
    "jugo entre en contacto con el aire.",
    "it": "Le foglie appassiscono finché non sono morbide e poi si arrotolano, in modo che "
    "il succo sia a contatto con l'aria.",
    "pt": "As folhas murcham até ficarem macias e depois são enroladas para que o suco "
    "entre em contacto com o ar.",
    "nl": "De bladeren verwelken tot ze zacht zijn, en dan worden ze gerold zodat het sap "
    "met de lucht in aanraking komt.",
    "sv": "Bladen får vissna tills de är mjuka, och sedan rullas de så att saften kommer i "
    "kontakt med luften och blir mörk.",
    "da": "Bladene visner, til de er bløde, og så bliver de rullet, så saften kommer i "
    "kontakt med luften og bliver mørk.",
    "pl": "Liście więdną, aż są miękkie, a potem się je zwija, tak że sok ma kontakt z "
    "powietrzem i nie jest już zielony.",
    "ru": "Листья вянут, пока не станут мягкими, а потом их скручивают.",
    "uk": "Листя в'яне, доки не стане м'яким, а потім його скручують і сушать її.",
    "zh": "茶叶先萎凋，然后揉捻，使汁液接触空气。",
    "ja": "茶葉はしおれさせてから揉み、汁が空気に触れるようにします。",
    "ko": "찻잎을 시들게 한 다음 비벼서 즙이 공기와 닿게 합니다.",
    "ar": "تذبل الأوراق حتى تصبح لينة ثم تلف",
    "he": "העלים נובלים עד שהם רכים",
    "hi": "पत्तियाँ मुरझाती हैं और फिर लपेटी जाती हैं",
    "el": "Τα φύλλα μαραίνονται μέχρι να μαλακώσουν",
}


@pytest.mark.parametrize("code", sorted(TEXTS))
def test_plain_sentences_are_told(code: str) -> None:
    assert language_of(TEXTS[code]) == code
    assert code in NAMES


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Oui.",
        "pH 7, 3 ml NaCl",
        "Amber, Birch, Cobalt, Dune, Elder, Fern, Garnet, Hazel, Indigo, Juniper, Kite, Lark",
        "42 + 1 = 43",
    ],
)
def test_where_it_is_not_clear_nothing_is_said(text: str) -> None:
    assert language_of(text) is None


def test_quotations_and_code_do_not_count() -> None:
    assert language_of(f'"{TEXTS["de"]}"') is None
    assert language_of(f"```\n{TEXTS['de']}\n```\n{TEXTS['en']}") == "en"


def test_the_language_asked_for_wins_over_that_of_the_instruction() -> None:
    assert wrong_language(TEXTS["en"], TEXTS["de"]).reason == "wrong_language"
    assert wrong_language(TEXTS["en"], TEXTS["de"], asked="de").accepted
    assert wrong_language(TEXTS["en"], TEXTS["en"], asked="de").reason == "wrong_language"
    assert wrong_language(TEXTS["en"], "Oui.").accepted


@pytest.mark.parametrize(
    ("instruction", "response"),
    [
        ("Pitch a television series about a small airport where nothing ever happens.", "de"),
        ("Write a poem about the sea.", "fr"),
        ("Explain big O notation with the help of a telephone directory.", "es"),
        ("Erkläre mir, wie man ein Fahrrad repariert.", "en"),
    ],
)
def test_a_short_instruction_is_told_beside_a_clear_response(instruction: str, response: str) -> None:
    assert language_of(instruction) is None
    assert wrong_language(instruction, TEXTS[response]).reason == "wrong_language"


@pytest.mark.parametrize(
    ("instruction", "response"),
    [
        ("Explain photosynthesis.", "de"),
        ("Recite the poem Der Panther.", "de"),
        ("The, the, the!", "de"),
        ("Sing the song La Mer as I know it.", "fr"),
        ("Add 3, 4 and 5.", "es"),
    ],
)
def test_a_short_instruction_that_may_be_in_either_language_drops_nothing(
    instruction: str, response: str
) -> None:
    assert wrong_language(instruction, TEXTS[response]).accepted


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert language_of(text) is None or language_of(text) in NAMES
