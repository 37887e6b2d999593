"""Frames out of bytes, however badly they are laid out."""

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dialects._sse import DONE, Decoder, Frame

A: dict[str, object] = {"choices": [{"delta": {"content": "> 🏃 进度：9.0%"}}]}
B: dict[str, object] = {"choices": [{"delta": {"content": "b"}}]}
A_TEXT, B_TEXT = json.dumps(A, ensure_ascii=False), json.dumps(B)
PRETTY = json.dumps(A, ensure_ascii=False, indent=2)
PRETTY_DATA = "".join(f"data: {line}\n" for line in PRETTY.split("\n"))
INNER = 'data: {"choices":[\ndata: {"delta":{"content":"b"}}\ndata: ]}\n\n'
SEPARATOR = {"choices": [{"delta": {"content": "a\u2028b\u2029c\x85d"}}]}


def decode(*chunks: bytes) -> tuple[list[Frame], Decoder]:
    decoder = Decoder()
    frames = [frame for chunk in chunks for frame in decoder.feed(chunk)]
    return frames + decoder.end(), decoder


CASES: dict[str, tuple[str, list[Frame]]] = {
    "usual": (f"data: {A_TEXT}\n\ndata: {B_TEXT}\n\ndata: [DONE]\n\n", [A, B, DONE]),
    "CRLF, no space, fields": (
        f"id: 28\r\nevent: message\r\nretry: 5\r\ndata:{A_TEXT}\r\n\r\ndata:[DONE]\r\n\r\n",
        [A, DONE],
    ),
    "comments": (f": PING\n\n: PING\n\n:\n\ndata: {A_TEXT}\n\n", [A]),
    "no blank lines": (f"data: {A_TEXT}\ndata: {B_TEXT}\ndata: [DONE]", [A, B, DONE]),
    "no end": (f"data: {A_TEXT}", [A]),
    "frame of many lines": (f"{PRETTY_DATA}\ndata: {B_TEXT}\n\n", [A, B]),
    "frame of many lines at the end": (PRETTY_DATA, [A]),
    "an object within a frame": (INNER, [B]),
    "bare JSON lines": (f"{A_TEXT}\n{B_TEXT}\n", [A, B]),
    "bare JSON, then frames": (f"{A_TEXT}\n\ndata: {B_TEXT}\n\n", [A, B]),
    "JSON body": (A_TEXT, [A]),
    "pretty JSON body": (PRETTY, [A]),
    "pretty JSON body, CRLF": (PRETTY.replace("\n", "\r\n"), [A]),
    "byte order mark": (f"\ufeffdata: {A_TEXT}\n\n", [A]),
    "other line separators": (
        f"data: {json.dumps(SEPARATOR, ensure_ascii=False)}\n\n",
        [SEPARATOR],
    ),
    "malformed": (
        f'data: {A_TEXT}\n\ndata: {{"choices":[{{"index":0}}]]}}\n\ndata: {B_TEXT}\n\n',
        [A, B],
    ),
    "malformed, no blank lines": (f"data: {{]\ndata: {B_TEXT}\ndata: [DONE]\n", [B, DONE]),
    "malformed, then the end mark": ("data: {]\ndata: [DONE]\n\n", [DONE]),
    "no objects": ("data: 1\n\ndata: null\n\ndata:\n\ndata: [1]\n\n", []),
    "nothing": ("", []),
}


@pytest.mark.parametrize(("body", "frames"), CASES.values(), ids=CASES.keys())
def test_frames_are_found(body: str, frames: list[Frame]) -> None:
    assert decode(body.encode())[0] == frames


@settings(max_examples=150)
@given(st.sampled_from(sorted(CASES)), st.lists(st.floats(0, 1), max_size=10))
def test_any_cutting_gives_the_same_frames(name: str, shares: list[float]) -> None:
    body = CASES[name][0].encode()
    cuts = [0, *sorted(int(share * len(body)) for share in shares), len(body)]

    frames, _ = decode(*(body[a:b] for a, b in pairwise(cuts)))

    assert frames == CASES[name][1]


@pytest.mark.parametrize(("body", "frames"), CASES.values(), ids=CASES.keys())
def test_bytes_that_come_one_by_one_give_the_same_frames(body: str, frames: list[Frame]) -> None:
    assert decode(*(bytes([byte]) for byte in body.encode()))[0] == frames


def test_what_is_malformed_is_skipped() -> None:
    body = f"data: {{]\n\ndata: {A_TEXT}\n\ndata: nonsense\n\ndata: {{x\ndata: [DONE]\n\n"

    assert decode(body.encode())[0] == [A, DONE]


def test_a_malformed_line_does_not_hold_up_the_frames_behind_it() -> None:
    decoder = Decoder()

    decoder.feed(b"data: {]\n")

    assert decoder.feed(f"data: {B_TEXT}\n".encode()) == [B]


def test_html_and_plain_text_are_kept_as_what_they_are() -> None:
    page = "<!doctype html>\n<html>\n\n<title>x</title>\r\n</html>"

    frames, decoder = decode(page.encode())

    assert frames == []
    assert decoder.loose == "<!doctype html>\n<html>\n<title>x</title>\n</html>"
    assert decode(b"upstream connect error")[1].loose == "upstream connect error"


def test_bytes_that_are_no_utf8_do_not_end_the_stream() -> None:
    frames, _ = decode(b'data: {"choices":[{"delta":{"content":"\xff\xf0\x9f"}}]}\n\n')

    assert frames == [{"choices": [{"delta": {"content": "\ufffd\ufffd"}}]}]


def test_json_that_is_nested_too_deeply_is_malformed() -> None:
    frames, _ = decode(b'data: {"a":' + b"[" * 100_000 + b"\n\n")

    assert frames == []


def test_a_line_of_six_megabytes_is_read_in_small_pieces() -> None:
    picture = "A" * 6_000_000
    body = f'data: {{"choices":[{{"delta":{{"content":"{picture}"}}}}]}}\n\n'.encode()

    frames, _ = decode(*(body[at : at + 1000] for at in range(0, len(body), 1000)))

    assert frames == [{"choices": [{"delta": {"content": picture}}]}]


@pytest.mark.parametrize(
    "line", [b"data: {x\n", b"loose\n", b"{x\n"], ids=["data", "text", "JSON"]
)
def test_many_lines_that_belong_to_nothing_are_read_without_going_back(line: bytes) -> None:
    frames, decoder = decode(line * 30_000)

    assert frames == []
    assert decoder.loose.count("\n") == (0 if line.startswith(b"data:") else 29_999)


@pytest.mark.parametrize(
    "body",
    [b"x" * 101, b"data: x\n" * 120, b"loose\n" * 30, b"{x\n" * 60],
    ids=["one line", "a frame of lines", "loose lines", "JSON lines"],
)
def test_what_is_larger_than_the_limit_is_refused(body: bytes) -> None:
    decoder = Decoder(limit_chars=100)

    with pytest.raises(ValueError, match="too long"):
        list(map(decoder.feed, (bytes([byte]) for byte in body)))


def test_the_limit_is_for_one_line_and_not_for_the_stream() -> None:
    decoder = Decoder(limit_chars=200)

    frames = [frame for _ in range(100) for frame in decoder.feed(f"data: {B_TEXT}\n\n".encode())]

    assert frames == [B] * 100


def test_what_has_been_given_away_does_not_count_towards_the_limit() -> None:
    decoder = Decoder(limit_chars=400)

    frames = [frame for _ in range(100) for frame in decoder.feed(f"{PRETTY_DATA}\n".encode())]

    assert frames == [A] * 100
