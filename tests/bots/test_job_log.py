"""What is kept of a job is bounded, and cut nowhere within a secret."""

import json
import logging
import subprocess
import sys

import pytest

from bots.job_log import JobLog, LoggedExchange, LoggedLine
from core.redact import know

KEY = "sk-" + "k" * 40
OURS = "5b0c7e52-1f1b-4c6e-9d57-1f2a3b4c5d6e"


def line(number: int, words: str = "x") -> LoggedLine:
    return LoggedLine(float(number), "info", f"{number} {words}", {})


def exchange(*pieces: bytes) -> LoggedExchange:
    made = LoggedExchange("GET", "https://gateway.example/", b"", 0, shows_bodies=True)
    for piece in pieces:
        made.heard(piece)
    return made


@pytest.mark.parametrize("words", ["x", "x" * 5_000])
def test_the_beginning_and_the_end_are_kept(words: str) -> None:
    log = JobLog(is_private=False)
    for number in range(1_000):
        log.add(line(number, words))
    told = list(log.told())

    texts = [str(each["text"]).split()[0] for each in told if "text" in each]
    (gap,) = [each["left_out"] for each in told if "left_out" in each]
    assert (texts[0], texts[-1]) == ("0", "999")
    assert len(texts) + int(str(gap)) == 1_000
    assert len(texts) <= 200
    assert len(json.dumps(told)) < 64_000


@pytest.mark.parametrize("place", range(2_940, 3_010, 5))
def test_what_is_cut_shows_no_part_of_a_key(place: int) -> None:
    filler = b'{"a": "' + b"word, " * 2_000
    body = filler[:place] + f', "key": "{KEY}", '.encode() + filler
    told = str(exchange(body).told()["answered"])

    assert "kkkk" not in told
    assert "word, word" in told
    assert f"{len(body)} bytes" in told


def test_of_a_long_answer_the_end_is_shown_too() -> None:
    frames = [f'data: {{"progress": {n}}}\n\n'.encode() for n in range(2_000)]
    told = str(exchange(*frames).told()["answered"])

    assert told.startswith('data: {"progress": 0}')
    assert told.endswith('data: {"progress": 1999}\n\n')
    assert len(told) < 5_000


def test_pictures_are_told_by_their_length() -> None:
    body = json.dumps({"b64_json": "A" * 2_500, "data": "\u732b"}).encode()
    told = str(exchange(body).told()["answered"])

    assert told == '{"b64_json": "(2500 characters)", "data": "猫"}'


def test_what_is_no_text_is_not_shown() -> None:
    assert exchange(b"\x00\x01\xff" * 50).told()["answered"] == "(150 bytes that are no text)"


@pytest.mark.parametrize("place", [*range(1_960, 2_001, 5), *range(7_960, 8_001, 5)])
def test_no_part_of_our_own_key_is_left_where_a_line_is_cut(place: int) -> None:
    know(OURS)
    # What is redacted gets shorter, so that more of the rest is shown.
    shrinking = f"{OURS} " * (place // 37)
    for filler in ("x" * (place - 1) + " ", shrinking.ljust(place, "x")[: place - 1] + " "):
        words = f"{filler}{OURS} and so on" + " and on" * 2_000
        record = logging.makeLogRecord({"levelname": "ERROR", "msg": words, "why": words})
        told = json.dumps(LoggedLine.of(record).told())

        assert OURS[:5] not in told
        assert len(told) < 3_000


def test_no_part_of_our_own_key_is_left_of_a_type() -> None:
    know(OURS)
    made = exchange(b"{}")
    made.kind = "x" * 80 + f" {OURS}"

    assert made.told()["kind"] == "x" * 80 + " ***"


@pytest.mark.parametrize("depth", [1_000, 3_999])
def test_what_is_nested_to_do_harm_is_shown_as_it_is(depth: int) -> None:
    assert exchange(b"[" * depth).told()["answered"] == "[" * depth


def test_requests_at_the_same_time_are_each_told_once() -> None:
    log = JobLog(is_private=False)
    pairs = [(exchange(), exchange()) for _ in range(100)]
    for one, other in pairs:
        log.begin(one)
        log.begin(other)
        one.heard(b"x, " * 900)
        log.end(one)
        log.end(other)
        log.end(other)
    told = list(log.told())
    (gap,) = [each["left_out"] for each in told if "left_out" in each]

    assert len(told) - 1 + int(str(gap)) == 200
    assert all(each["seconds"] is not None for each in told if "url" in each)
    assert len(json.dumps(told)) < 100_000


def test_what_a_line_has_besides_its_words_takes_room_too() -> None:
    log = JobLog(is_private=False)
    for number in range(300):
        record = logging.makeLogRecord({"msg": "x", "created": number, "body": '"\n' * 500_000})
        log.add(LoggedLine.of(record))
    told = list(log.told())

    assert (told[0]["at"], told[-1]["at"]) == (0, 299)
    assert sum(isinstance(each.get("left_out"), int) for each in told) == 1
    assert len(json.dumps(told)) < 64_000


def test_after_a_restart_numbers_go_on_behind_those_that_a_page_has_already() -> None:
    begins = "from bots.job_log import JobLog; print(JobLog(is_private=False).begins)"
    first, second = (
        int(subprocess.run([sys.executable, "-c", begins], capture_output=True, check=True).stdout)  # noqa: S603 - our own
        for _ in range(2)
    )

    assert first < second < 2**53
