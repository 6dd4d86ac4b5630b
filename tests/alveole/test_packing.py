"""What we write as text goes compressed, and its length tells nobody what is in it."""

from __future__ import annotations

import gzip
import json
import secrets
from pathlib import Path

import brotli
import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory

from alveole import packing
from alveole.packing import MOST_PADDING, PACKED, PackingMiddleware, understood

BROWSERS = "gzip, deflate, br, zstd"
WORDS = json.dumps([f"Le monde est petit, {number}" for number in range(200)]).encode()
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}


def answered(accepts: str | None, response: HttpResponseBase | None = None) -> HttpResponseBase:
    headers = {} if accepts is None else {"accept-encoding": accepts}
    written = response or HttpResponse(WORDS, content_type="application/json")

    def view(_request: HttpRequest) -> HttpResponseBase:
        return written

    return PackingMiddleware(view)(RequestFactory().get("/", headers=headers))  # type: ignore[return-value]  # a view that waits for nothing


def words_of(response: HttpResponseBase) -> bytes:
    assert isinstance(response, HttpResponse)
    return response.content


@pytest.mark.parametrize(
    ("header", "liked"),
    [
        (BROWSERS, ["br", "gzip"]),
        ("br", ["br"]),
        ("BR;Q=0.5, GZip;q=0.4", ["br", "gzip"]),
        ("gzip, deflate", ["gzip"]),
        ("br;q=0.5, gzip", ["gzip", "br"]),
        ("br;q=0, gzip", ["gzip"]),
        ("br ; q=0.000 , gzip ; q=1", ["gzip"]),
        ("*", ["br", "gzip"]),
        ("*;q=0.3, br;q=0.2", ["gzip", "br"]),
        ("gzip;q=0, *", ["br"]),
        ("br;q=nonsense, gzip", ["gzip"]),
        ("br;level=4", ["br"]),
        ("identity", []),
        ("identity;q=0, *;q=0", []),
        ("abr, x-gzip", []),
        ("", []),
        (",;q=1,", []),
    ],
)
def test_what_is_understood_is_said_by_weight(header: str, liked: list[str]) -> None:
    assert understood(header) == liked


@pytest.mark.parametrize(
    ("header", "coding"),
    [(BROWSERS, "br"), ("gzip, deflate", "gzip"), ("br;q=0, gzip", "gzip"), ("br;q=0.5,gzip", "gzip")],
)
@pytest.mark.parametrize("kind", sorted(PACKED))
def test_each_gets_the_same_words_in_the_coding_it_likes(header: str, coding: str, kind: str) -> None:
    answer = answered(header, HttpResponse(WORDS, content_type=f"{kind}; charset=utf-8"))
    assert answer["Content-Encoding"] == coding
    assert answer["Vary"] == "Accept-Encoding"
    assert int(answer["Content-Length"]) == len(words_of(answer)) < len(WORDS) / 4
    assert UNPACK[coding](words_of(answer)) == WORDS


@pytest.mark.parametrize("header", [None, "", "identity", "deflate", "gzip;q=0", "br;q=0, gzip;q=0", "zstd"])
def test_who_understands_neither_gets_it_plain(header: str | None) -> None:
    answer = answered(header)
    assert "Content-Encoding" not in answer
    assert answer["Vary"] == "Accept-Encoding"
    assert words_of(answer) == WORDS


@pytest.mark.parametrize("header", ["br", "gzip"])
def test_the_length_of_the_same_words_is_another_each_time(header: str) -> None:
    answers = [words_of(answered(header)) for _ in range(40)]
    assert {UNPACK[header](answer) for answer in answers} == {WORDS}
    # A hundred lengths are as likely as one another: of forty, fewer than fifteen would be a wonder.
    assert len({len(answer) for answer in answers}) >= 15
    assert max(map(len, answers)) - min(map(len, answers)) < MOST_PADDING


@pytest.mark.parametrize("drawn", range(MOST_PADDING))
def test_whatever_is_added_every_reader_skips_it(monkeypatch: pytest.MonkeyPatch, drawn: int) -> None:
    lengths = []
    for number in (0, drawn):
        monkeypatch.setattr(secrets, "randbelow", lambda most, number=number: number % most)
        packed = words_of(answered("br"))
        assert brotli.decompress(packed) == WORDS
        lengths.append(len(packed))
    assert lengths[1] - lengths[0] == drawn


def test_words_of_any_length_are_whole() -> None:
    for size in (*range(packing.SHORT, 260), 4_000, 70_000, 300_000):
        written = (WORDS * (1 + size // len(WORDS)))[:size]
        answer = answered("br", HttpResponse(written, content_type="text/html"))
        unpacked = brotli.decompress(words_of(answer)) if "Content-Encoding" in answer else words_of(answer)
        assert unpacked == written


def test_what_is_asked_for_once_may_ask_for_more_work(monkeypatch: pytest.MonkeyPatch) -> None:
    class Lasting(HttpResponse):
        packing_quality = 10

    monkeypatch.setattr(secrets, "randbelow", lambda _most: 0)
    written = Path(__file__).read_bytes()
    usual, lasting = (
        words_of(answered("br", kind(written, content_type="text/html"))) for kind in (HttpResponse, Lasting)
    )
    assert brotli.decompress(lasting) == written
    assert len(lasting) < 0.97 * len(usual)


@pytest.mark.parametrize("kind", ["image/jpeg", "video/mp4", "application/zip", "text/csv"])
def test_what_we_did_not_write_stays_as_it_is(kind: str) -> None:
    answer = answered(
        BROWSERS, HttpResponse(WORDS, content_type=kind, headers={"ETag": '"a"', "Accept-Ranges": "bytes"})
    )
    assert "Content-Encoding" not in answer
    assert "Vary" not in answer
    assert (words_of(answer), answer["ETag"]) == (WORDS, '"a"')


def test_short_words_and_what_was_packed_before_stay_as_they_are() -> None:
    short = answered(BROWSERS, HttpResponse(b"{}", content_type="application/json"))
    assert "Content-Encoding" not in short
    packed = HttpResponse(WORDS, content_type="text/javascript", headers={"Content-Encoding": "zstd"})
    assert answered(BROWSERS, packed)["Content-Encoding"] == "zstd"
    assert words_of(packed) == WORDS


@pytest.mark.parametrize("header", ["br", "gzip"])
def test_what_would_not_become_shorter_is_left(header: str) -> None:
    noise = bytes(range(256))
    answer = answered(header, HttpResponse(noise, content_type="text/html"))
    assert "Content-Encoding" not in answer
    assert words_of(answer) == noise


@pytest.mark.parametrize("header", ["br", "gzip"])
def test_a_tag_for_the_bytes_becomes_one_for_the_words(header: str) -> None:
    def tagged(tag: str) -> str:
        return answered(header, HttpResponse(WORDS, content_type="text/html", headers={"ETag": tag}))["ETag"]

    assert tagged('"a"') == 'W/"a"'
    assert tagged('W/"a"') == 'W/"a"'


def test_a_stream_goes_on_as_a_stream() -> None:
    def stream(accepts: str) -> StreamingHttpResponse:
        answer = answered(accepts, StreamingHttpResponse(iter([WORDS, WORDS]), content_type="text/html"))
        assert isinstance(answer, StreamingHttpResponse)
        return answer

    packed = stream(BROWSERS)
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(b"".join(packed)) == WORDS * 2
    assert "Content-Encoding" not in stream("br")


@pytest.mark.parametrize("page", ["/sign-in/", "/offline/", "/sw.js", "/manifest.webmanifest", "/nowhere/"])
def test_every_page_is_packed(client: Client, db: None, page: str) -> None:
    plain = client.get(page)
    answer = client.get(page, headers={"accept-encoding": BROWSERS})
    assert answer["Content-Encoding"] == "br"
    assert "Accept-Encoding" in answer["Vary"]
    assert int(answer["Content-Length"]) == len(answer.content)
    assert len(brotli.decompress(answer.content)) == len(plain.content)


def test_asking_for_the_head_says_the_same(client: Client, db: None) -> None:
    answer = client.get("/sign-in/", headers={"accept-encoding": BROWSERS})
    asked = client.head("/sign-in/", headers={"accept-encoding": BROWSERS})
    assert (asked.status_code, asked.content) == (200, b"")
    assert (asked["Content-Encoding"], asked["Vary"]) == ("br", answer["Vary"])
    # The token is masked anew, and so is the length.
    assert abs(int(asked["Content-Length"]) - len(answer.content)) < 2 * MOST_PADDING
