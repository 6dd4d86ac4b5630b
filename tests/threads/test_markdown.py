"""A little of Markdown: what is drawn, what stays words, and nothing that acts."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from threads.markdown import TAGS, shown

HOSTILE = [json.loads(line) for line in (Path(__file__).parent / "hostile_words.txt").read_text().splitlines()]
ALLOWED = {
    "a": {"href"},
    "ol": {"start"},
    "li": {"value"},
    "span": {"data-author-name"},
    "b": {"class"},
    "div": {"class"},
}
# The number of a list, and the language that code is said to be in.
DRAWN_OTHERWISE = re.compile(r"^\W*\d+[.)]|^(?:```|~~~)[a-z]+$", re.MULTILINE)
ALICE = {"Alice": ["01890000-0000-7000-8000-000000000001"]}


class Seen(HTMLParser):
    """What a browser makes of it: elements with their attributes, and text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.other: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.other.append(data)

    def handle_decl(self, decl: str) -> None:
        self.other.append(decl)

    def handle_pi(self, data: str) -> None:
        self.other.append(data)

    def unknown_decl(self, data: str) -> None:
        self.other.append(data)


@pytest.mark.parametrize(
    ("words", "html"),
    [
        ("Bonjour", "Bonjour"),
        ("deux\nlignes", "deux<br>lignes"),
        ("**gras**, *penché*, ~~barré~~", "<strong>gras</strong>, <em>penché</em>, <s>barré</s>"),
        ("un `code <b>`", "un <code>code &lt;b&gt;</code>"),
        ("une *ligne*\npuis  une", "une <em>ligne</em><br>puis  une"),
        ("- un\n- deux", '<div class="rich"><ul>\n<li>un</li>\n<li>deux</li>\n</ul></div>'),
        ("12. avril", '<div class="rich"><ol start="12">\n<li value="12">avril</li>\n</ol></div>'),
        ("1. oui\n3. non", '<div class="rich"><ol>\n<li value="1">oui</li>\n<li value="3">non</li>\n</ol></div>'),
        ("> Tu viens ?\nNon", '<div class="rich"><blockquote>\n<p>Tu viens ?</p>\n</blockquote>\n<p>Non</p></div>'),
        ("> dit\n\nrépondu", '<div class="rich"><blockquote>\n<p>dit</p>\n</blockquote>\n<p>répondu</p></div>'),
        ("```py\na < b\n```", '<div class="rich"><pre><code>a &lt; b\n</code></pre></div>'),
        # What looks like it, and is meant as it stands.
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("un_nom_de_fichier", "un_nom_de_fichier"),
        (">_<", "&gt;_&lt;"),
        (">:(", "&gt;:("),
        ("¯\\_(ツ)_/¯", "¯_(ツ)_/¯"),
        ("\\*pas penché\\*", "*pas penché*"),
        ("# pas un titre", "# pas un titre"),
        ("---", "---"),
        ("+33 6 12 34", "+33 6 12 34"),
        ("+ pas cher\n+ près", "+ pas cher<br>+ près"),
        ("```Important, lisez\nsuite```", "<code>Important, lisez suite</code>"),
        ("~~~ Fête ~~~\n@ 20 h", "~~~ Fête ~~~<br>@ 20 h"),
        ("-", "-"),
        ("*", "*"),
        ("1.", "1."),
        (">", "&gt;"),
        ("```", "```"),
        ("", ""),
        # An address keeps its signs.
        ("http://x.example/_a_/b", '<a href="http://x.example/_a_/b">http://x.example/_a_/b</a>'),
        ("**http://x.example/a**.", '<strong><a href="http://x.example/a">http://x.example/a</a></strong>.'),
        ("à a_b_c@x.example *vite*", 'à <a href="mailto:a_b_c@x.example">a_b_c@x.example</a> <em>vite</em>'),
        # No words lead elsewhere than where they say.
        ("[ma banque](https://x.example)", "[ma banque](https://x.example)"),
    ],
)
def test_how_words_are_drawn(words: str, html: str) -> None:
    assert shown(words, {}) == html


def test_who_is_called_is_marked_within_what_is_drawn() -> None:
    called = f'<b class="mention">@<span data-author-name="{ALICE["Alice"][0]}">Alice</span></b>'
    assert shown("@Alice", ALICE) == called
    assert shown("**@Alice** et *@Alice*", ALICE) == f"<strong>{called}</strong> et <em>{called}</em>"
    assert shown("`@Alice`", ALICE) == "<code>@Alice</code>"


def test_what_lies_too_deep_is_words_and_is_still_there() -> None:
    for words in ("> " * 40 + "fin", "- " * 40 + "fin", "> - " * 20 + "fin", "**_" * 60 + "fin"):
        drawn = shown(words, {})
        assert Seen(drawn).text.strip().endswith("fin")
        assert drawn.count("<li>") + drawn.count("<blockquote>") <= 8


def test_there_are_two_hundred_hostile_inputs_and_each_is_another() -> None:
    assert len(HOSTILE) == len(set(HOSTILE)) == 200


@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_that_is_said_acts(words: str) -> None:
    seen = Seen(shown(words, ALICE))
    assert seen.open == seen.other == []
    for tag, attributes in seen.elements:
        assert tag in {*TAGS, "div"}
        assert set(attributes) <= ALLOWED.get(tag, set())
        assert attributes.get("class") in {None, "rich", "mention"}
        assert (attributes.get("data-author-name") or ALICE["Alice"][0]) == ALICE["Alice"][0]
        scheme = (attributes.get("href") or "https:").partition(":")[0]
        assert scheme in {"http", "https", "mailto"}


@pytest.mark.parametrize("words", [words for words in HOSTILE if not DRAWN_OTHERWISE.search(words)])
def test_no_letter_of_it_is_lost(words: str) -> None:
    read = Seen(shown(words, ALICE)).text
    assert [letter for letter in read if letter.isalnum()] == [letter for letter in words if letter.isalnum()]
