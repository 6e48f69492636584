"""The page as text: what the data hold stays text, the HTML is whole, nothing loads from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evol.report.model import Report
from evol.report.rendering import page, render
from evol.report.words import cut, visible

VOID = {"meta", "input", "br", "link", "img"}
NASTY = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }} {% raw %}",
    "\u202etxt.exe\u2066",
    "lone \ud800 surrogate \udfff",
    "\x00\x07\x1b[31m\x7f\x85\ufffe",
    "' onmouseover=alert(1) \" autofocus onfocus=alert(1) x=",
    "&lt;b&gt; &amp; &#0; \r\n \u2028",
]
SHAPED = (
    st.text(min_size=1, max_size=60) | st.sampled_from(NASTY) | st.text("<>/!-&\"'script{}%\ud834\u202e\x00")
)


class Parsed(HTMLParser):
    """Every element with its attributes, every id, and the text of each element by its path of tags."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.texts: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open, self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID and not (self.get_starttag_text() or "").endswith("/>"):
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        where = "/".join(self._open)
        self.texts[where] = self.texts.get(where, "") + data

    def values(self, name: str) -> list[str]:
        return [value for _, attribute, value in self.attributes if attribute == name and value]


@pytest.mark.parametrize("text", NASTY)
def test_a_hostile_text_makes_the_same_elements_as_a_plain_one(report_of, text) -> None:
    plain, hostile = Parsed(page(report_of("x"))), Parsed(page(report_of(text)))
    assert [t for t in hostile.tags if t != "mark"] == [t for t in plain.tags if t != "mark"]


@settings(max_examples=60, deadline=None)
@given(text=SHAPED.filter(bool))
def test_any_text_is_shown_as_itself_and_changes_nothing_else(report_of, text: str) -> None:
    written = page(report_of(text))
    written.encode()
    parsed = Parsed(written)
    assert parsed.texts["html/body/header/h1"] == visible(text).replace("\r", "\n")
    rows = json.loads(written.split('id="data">')[1].split("</script>")[0])
    assert rows[0]["message"] == visible(text)
    assert rows[0]["instruction"] == visible(f"{text} 0")
    assert not {name for _, name, _ in parsed.attributes if name.startswith("on")}
    assert set(parsed.values("href")) <= {f"#{i}" for i in parsed.values("id")}


@given(st.text())
def test_visible_text_has_no_control_no_bidirectional_and_no_lone_character(text: str) -> None:
    shown = visible(text)
    assert not re.search(
        "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", shown
    )
    assert visible(shown) == shown


def test_what_is_cut_says_by_how_much() -> None:
    assert cut("abc", 3) == "abc"
    assert cut("abcdef", 3) == "abc… (3 more characters)"


def test_ids_are_unique_and_what_refers_to_them_finds_them(report_of) -> None:
    parsed = Parsed(page(report_of("a <b> c")))
    ids = parsed.values("id")
    assert len(ids) == len(set(ids))
    assert {word for value in parsed.values("aria-labelledby") for word in value.split()} <= set(ids)


def test_nothing_is_loaded_and_only_this_style_and_script_may_run(report_of) -> None:
    written = page(report_of("plain"))
    parsed = Parsed(written)
    assert not [a for a in parsed.attributes if a[1] in ("src", "srcset", "style", "action")]
    assert not re.search(r"url\(|@import|https?://", re.sub(r'xmlns="[^"]*"', "", written))
    policy = next(v for v in parsed.values("content") if v.startswith("default-src"))
    assert policy.startswith("default-src 'none'")
    for tag in ("style", "script"):
        (inside,) = re.findall(f"<{tag}>(.*?)</{tag}>", written, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_every_chart_that_stands_alone_has_a_title_a_description_and_a_table(report_of) -> None:
    written = page(report_of("plain"))
    figures = re.findall(r"<figure>.*?</figure>", written, re.DOTALL)
    assert len(figures) == 2
    for figure in figures:
        assert all(part in figure for part in ('role="img"', "<title", "<desc", "<table>"))


def test_long_rows_do_not_make_a_long_page(report_of) -> None:
    assert len(page(report_of("word " * 2_000, rows=400))) < 2_500_000


def test_what_was_not_looked_for_is_not_said_to_be_absent(report_of: Callable[..., Report]) -> None:
    from dataclasses import replace

    from evol.report.model import Some

    unlooked = replace(report_of("x"), hits=(), all=Some(30, 9, 4, None))
    looked = replace(
        report_of("x"), hits=(), all=Some(30, 9, 4, {"ngram": 0, "execution": 0, "same_template": 0})
    )
    assert "Contamination" not in page(unlooked)
    assert "No row gives a problem of the references away." in page(looked)


def test_the_same_report_gives_the_same_bytes_and_leaves_nothing_else(report_of, tmp_path: Path) -> None:
    render(report_of("x"), tmp_path / "one.html")
    render(report_of("x"), tmp_path / "two.html")
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.html", "two.html"]
