"""What people say, as they meant it: a little of Markdown (CommonMark 0.31), and nothing that acts.

Emphasis, struck words, code, quotations and lists. No links under other words: what is shown is where it leads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping, Sequence
from typing import Any

import nh3
from django.template.defaultfilters import linebreaksbr
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, fence, list_block
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from threads.mentions import Mentions, with_mentions

# Without one of them it is nothing but words.
SIGNS = re.compile(r"[*_~`\\]|^[ \t]*(?:[->]|\d+[.)])", re.MULTILINE)
RULES = ["emphasis", "strikethrough", "backticks", "escape", "newline", "fence", "blockquote", "list"]
# Quotations and lists in each other; what is deeper is words.
DEEPEST = 8
# How code begins: what else stood on that line would be lost.
FENCE = re.compile(r"(?:`{3,}|~{3,})[a-z0-9+#.-]*[ \t]*")
# The rest of an address, whose signs are its own.
ADDRESS = re.compile(r"://[^\s*`]*[^\s*_~`]")

TAGS = {"p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "b", "span"}
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "li": {"value"}, "span": {"data-author-name"}}
CLASSES = {"b": {"mention"}}
SCHEMES = {"http", "https", "mailto"}
TAG = re.compile(r"<[^>]*>")


def shown(body: str, mentions: Mentions) -> SafeString:
    """Write words as HTML, with their links and whom they call."""
    if not SIGNS.search(body):
        return _plain(body, mentions)
    made = _parser.render(body, {"mentions": mentions})
    clean = nh3.clean(
        made, tags=TAGS, attributes=ATTRIBUTES, allowed_classes=CLASSES, url_schemes=SCHEMES, link_rel=None
    ).strip()
    if not TAG.sub("", clean).strip():
        return _plain(body, mentions)
    if clean.startswith("<p>") and clean.find("</p>") == len(clean) - 4:
        # One paragraph looks like words that have no signs.
        return SafeString(clean[3:-4].replace("<br>\n", "<br>"))
    return SafeString(f'<div class="rich">{clean}</div>')


def _plain(body: str, mentions: Mentions) -> SafeString:
    return SafeString(linebreaksbr(with_mentions(body, mentions)))


def _text(_: Any, tokens: Sequence[Token], place: int, __: Any, env: MutableMapping[str, Any]) -> str:
    return with_mentions(tokens[place].content, env["mentions"])


def _address(state: StateInline, silent: bool) -> bool:  # as the library calls it
    found = ADDRESS.match(state.src, state.pos) if state.pending.endswith(("http", "https")) else None
    if found is None:
        return False
    if not silent:
        state.pending += found[0]
    state.pos = found.end()
    return True


def _fence(state: StateBlock, first: int, last: int, silent: bool) -> bool:  # as the library calls it
    return bool(FENCE.fullmatch(_line(state, first))) and fence(state, first, last, silent)


def _quotation(state: StateBlock, first: int, last: int, silent: bool) -> bool:  # as the library calls it
    # Not a face: ">_<" and ">:(" are no quotations.
    if _line(state, first)[1:2] not in {" ", ">", ""} or state.level >= DEEPEST:
        return False
    # What follows without the sign is the answer to it, and no part of it.
    end = first + 1
    while end < last and _line(state, end).startswith(">"):
        end += 1
    whole, state.lineMax = state.lineMax, end
    try:
        return blockquote(state, first, end, silent)
    finally:
        state.lineMax = whole


def _list(state: StateBlock, first: int, last: int, silent: bool) -> bool:  # as the library calls it
    # Whoever writes a plus means a plus.
    return not _line(state, first).startswith("+") and state.level < DEEPEST and list_block(state, first, last, silent)


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _item(renderer: Any, tokens: Sequence[Token], place: int, options: Any, env: MutableMapping[str, Any]) -> str:
    # As it was counted, whatever came before.
    if tokens[place].info:
        tokens[place].attrSet("value", tokens[place].info)
    return str(renderer.renderToken(tokens, place, options, env))


def _made() -> MarkdownIt:
    parser = MarkdownIt("zero", {"breaks": True, "maxNesting": 100}).enable(RULES)
    parser.block.ruler.at("blockquote", _quotation, {"alt": ["paragraph", "blockquote", "list"]})
    parser.block.ruler.at("fence", _fence, {"alt": ["paragraph", "blockquote", "list"]})
    parser.block.ruler.at("list", _list, {"alt": ["paragraph", "blockquote"]})
    parser.inline.ruler.before("newline", "address", _address)
    text: Callable[..., str] = _text
    parser.add_render_rule("text", text)
    item: Callable[..., str] = _item
    parser.add_render_rule("list_item_open", item)
    return parser


_parser = _made()
