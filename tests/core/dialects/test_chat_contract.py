"""What every dialect of answers keeps to. A new one adds its script in chat_scripts.py."""

import asyncio
from contextlib import aclosing
from dataclasses import replace

import httpx
import pytest

from core.dialects import CHAT_DIALECTS
from core.errors import FaultKind, JobError
from core.talk import Asked, Ended, Text, Thought, Usage
from tests.core.dialects.chat_scripts import (
    CHAT_SCRIPTS,
    QUESTION,
    STALL,
    ask,
    event,
    in_bytes,
    unstreamed,
)
from tests.core.dialects.http_answers import KEY, RESET, as_html, as_json, broken, stream
from tests.core.dialects.scripted_gateway import CALM, client, endpoint, impatient
from tests.fakes.raw_server import raw_server

K = FaultKind
BUSY = as_json(
    {"error": {"message": "当前分组上游负载已饱和，请稍后再试"}},
    status=429,
    headers={"Retry-After": "0"},
)
TERSE = event({"error": "upstream exploded"})
FAILED = event({"error": {"message": "upstream exploded", "type": "server_error", "code": "500"}})
FENCE = "看：\n```python\nprint('🌊')"

each_dialect = pytest.mark.parametrize("name", CHAT_SCRIPTS)


def test_every_dialect_has_a_script() -> None:
    assert CHAT_SCRIPTS.keys() == CHAT_DIALECTS.keys()
    for name, script in CHAT_SCRIPTS.items():
        assert script.model.dialect == name


@each_dialect
async def test_an_answer_is_told_piece_by_piece_after_one_request(name: str) -> None:
    script = CHAT_SCRIPTS[name]
    story = script.nothing + script.say("你好，") + script.nothing + script.say("世界🌊")

    heard = await ask(name, stream(story + script.ends))

    assert [each for each in heard.said if isinstance(each, Text)] == [
        Text("你好，"),
        Text("世界🌊"),
    ]
    assert heard.usage == Usage(9, 12)
    assert isinstance(heard.said[-1], Ended)
    assert not heard.said[-1].cut
    (request,) = heard.requests
    assert request.startswith(f"POST {script.path} HTTP".encode())
    assert f"authorization: bearer {KEY}".encode() in request.lower()


@each_dialect
async def test_bytes_may_come_one_by_one(name: str) -> None:
    script = CHAT_SCRIPTS[name]

    heard = await ask(name, in_bytes(stream(script.say(FENCE) + script.ends)))

    assert heard.text == FENCE


@pytest.mark.parametrize("name", [name for name, each in CHAT_SCRIPTS.items() if each.think])
async def test_thoughts_are_kept_apart(name: str) -> None:
    script = CHAT_SCRIPTS[name]
    assert script.think

    story = script.think("Let me ") + script.think("think.") + script.say("Yes.")
    heard = await ask(name, stream(story + script.ends))

    assert heard.said[:3] == [Thought("Let me "), Thought("think."), Text("Yes.")]


@each_dialect
async def test_an_answer_may_be_no_stream(name: str) -> None:
    script = CHAT_SCRIPTS[name]
    model = unstreamed(script.model)

    plain = await ask(name, as_json(script.whole("Yes.")), model=model)
    though_asked = await ask(name, as_json(script.whole("Yes.")))

    for heard in (plain, though_asked):
        assert (heard.text, heard.usage, heard.fault) == ("Yes.", Usage(9, 12), None)
    assert plain.body.get("stream", False) is False


@each_dialect
async def test_an_answer_at_its_limit_says_that_it_is_cut(name: str) -> None:
    script = CHAT_SCRIPTS[name]

    heard = await ask(name, stream(script.say("Once upon") + script.long))

    assert heard.text == "Once upon"
    assert heard.ended
    assert heard.ended.cut


CUTS = {
    "the connection dies": broken,
    "the stream just ends": stream,
}


@pytest.mark.parametrize("cut", CUTS)
@each_dialect
async def test_a_stream_that_is_cut_keeps_what_came_and_is_not_asked_again(
    name: str, cut: str
) -> None:
    script = CHAT_SCRIPTS[name]
    story = script.say(FENCE).encode()
    half = script.say("🌊").encode()[:-6]  # in the middle of a frame

    heard = await ask(name, CUTS[cut](story + half))

    assert heard.text == FENCE
    assert heard.fault
    assert (heard.fault.kind, heard.fault.maybe_billed) == (K.NETWORK, True)
    assert heard.ended is None
    assert len(heard.requests) == 1


@each_dialect
async def test_a_stream_that_is_cut_within_an_emoji_has_no_half_of_it(name: str) -> None:
    script = CHAT_SCRIPTS[name]
    story = script.say("well ").encode()
    wave = script.say("🌊").encode()
    half = wave[: wave.index("🌊".encode()) + 2]

    heard = await ask(name, broken(story + half))

    assert heard.text == "well "
    assert heard.fault


@each_dialect
async def test_a_stream_that_stalls_keeps_what_came_and_is_not_asked_again(name: str) -> None:
    story = stream(CHAT_SCRIPTS[name].say(FENCE))

    heard = await ask(name, [story, STALL], http=impatient)

    assert heard.text == FENCE
    assert heard.fault
    assert (heard.fault.kind, heard.fault.maybe_billed) == (K.TIMEOUT, True)
    assert len(heard.requests) == 1


@pytest.mark.parametrize("error", [FAILED, TERSE])
@each_dialect
async def test_an_error_after_some_text_keeps_it_and_was_billed(name: str, error: str) -> None:
    script = CHAT_SCRIPTS[name]

    heard = await ask(name, stream(script.say("A cat ") + error))

    assert heard.text == "A cat "
    assert heard.fault
    assert (heard.fault.kind, heard.fault.maybe_billed) == (K.UPSTREAM, True)
    assert heard.fault.reason == "upstream exploded"
    assert len(heard.requests) == 1


@each_dialect
@pytest.mark.parametrize(("code", "billed"), [("insufficient_user_quota", False), ("", True)])
async def test_an_error_before_any_text_cost_nothing_if_a_code_says_so(
    name: str, code: str, *, billed: bool
) -> None:
    said = "该令牌额度已用尽 TokenStatusExhausted[sk-abcdefgh]"
    gone = {"error": {"message": said, "code": code}}

    heard = await ask(name, stream(CHAT_SCRIPTS[name].nothing + event(gone)))

    assert heard.fault
    assert (heard.fault.kind, heard.fault.maybe_billed) == (K.QUOTA, billed)
    assert "abcdefgh" not in heard.fault.reason


@each_dialect
async def test_a_filter_at_the_end_is_told_as_one(name: str) -> None:
    script = CHAT_SCRIPTS[name]

    heard = await ask(name, stream(script.say("Take ") + script.filtered))

    assert heard.text == "Take "
    assert heard.fault
    assert (heard.fault.kind, heard.fault.maybe_billed) == (K.MODERATION_OUTPUT, True)


@each_dialect
async def test_an_end_without_an_answer_is_none(name: str) -> None:
    script = CHAT_SCRIPTS[name]
    ends = script.ends.replace("(whole)", "")

    heard = await ask(name, stream(script.nothing + ends))

    assert heard.fault
    assert (heard.fault.kind, heard.fault.maybe_billed) == (K.NO_ANSWER, True)


@pytest.mark.parametrize(
    ("answer", "kind", "billed"),
    [
        (as_html("<!doctype html><title>API</title>"), K.MISCONFIGURED, False),
        (as_html("<html>nginx</html>", status=502), K.UPSTREAM, True),
        (as_json("{}"), K.BAD_PAYLOAD, True),
        (as_json("upstream says hello"), K.BAD_PAYLOAD, True),
        (as_json(""), K.NETWORK, True),
        (RESET, K.AMBIGUOUS, True),
        (
            as_json({"code": 500, "msg": "This interface is temporarily paused"}),
            K.MODEL_GONE,
            True,
        ),
        (
            as_json({"error": {"message": "无效的令牌", "code": ""}}, status=401),
            K.AUTH,
            False,
        ),
    ],
)
@each_dialect
async def test_what_is_no_answer_is_told_as_what_it_is(
    name: str, answer: bytes, kind: FaultKind, *, billed: bool
) -> None:
    heard = await ask(name, answer)

    assert heard.said == []
    assert heard.fault
    assert (heard.fault.kind, heard.fault.maybe_billed) == (kind, billed)
    assert "<" not in heard.fault.reason
    assert len(heard.requests) == 1


@each_dialect
async def test_what_was_not_accepted_is_asked_again(name: str) -> None:
    script = CHAT_SCRIPTS[name]

    heard = await ask(name, BUSY, BUSY, stream(script.say("Yes.") + script.ends))

    assert (heard.text, len(heard.requests)) == ("Yes.", 3)


@each_dialect
async def test_a_line_of_a_megabyte_is_an_answer(name: str) -> None:
    script = CHAT_SCRIPTS[name]
    long = "长" * 400_000

    heard = await ask(name, stream(script.say(long) + script.ends))

    assert heard.text == long


@each_dialect
async def test_a_stream_without_an_end_is_given_up(name: str) -> None:
    script = CHAT_SCRIPTS[name]
    megabytes = [script.say("x" * 1_000_000).encode()] * 40

    heard = await ask(name, [stream(b""), *megabytes])

    assert heard.fault
    assert (heard.fault.kind, heard.fault.maybe_billed) == (K.BAD_PAYLOAD, True)


@pytest.mark.parametrize("name", [name for name, each in CHAT_SCRIPTS.items() if each.calls])
async def test_two_tools_at_once_are_each_called_whole(name: str) -> None:
    heard = await ask(name, stream(CHAT_SCRIPTS[name].calls))

    assert [(each.id, each.name) for each in heard.calls] == [("c0", "look"), ("c1", "look")]
    assert [each.arguments for each in heard.calls] == [
        '{"of": "cats", "why": "%s"}' % ("喵" * 80),
        '{"of": "dogs", "why": "%s"}' % ("汪" * 80),
    ]
    assert isinstance(heard.said[-1], Ended)


@pytest.mark.parametrize("name", [name for name, each in CHAT_SCRIPTS.items() if each.calls])
async def test_a_call_that_was_cut_is_none(name: str) -> None:
    script = CHAT_SCRIPTS[name]
    frames = script.calls.split("\n\n")
    half = "\n\n".join(frames[: len(frames) // 2]) + "\n\n"

    heard = await ask(name, stream(script.say("I look.") + half + script.long))

    assert heard.calls == []


@each_dialect
async def test_an_answer_is_over_when_the_model_says_so(name: str) -> None:
    """Whoever keeps the connection open afterwards holds nobody up."""
    script = CHAT_SCRIPTS[name]
    ends = script.ends.replace("data: [DONE]\n\n", "")

    async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(stream(script.say("Yes.") + ends))
        await writer.drain()
        await asyncio.Event().wait()

    pace = replace(CALM, afterwards=0.01)
    async with raw_server(serve) as server, client() as http, asyncio.timeout(60):
        dialect = CHAT_DIALECTS[name](endpoint(server.url, pace=pace), http)
        said = [each async for each in dialect.stream(script.model, QUESTION)]

    assert isinstance(said[-1], Ended)


@each_dialect
async def test_who_stops_listening_closes_the_connection(name: str) -> None:
    script = CHAT_SCRIPTS[name]
    left = asyncio.Event()

    async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(stream(script.say("Yes.")))
        await writer.drain()
        try:
            while True:
                writer.write(b": PING\n\n")
                await writer.drain()
                await asyncio.sleep(0.01)
        except ConnectionError:
            left.set()

    async with raw_server(serve) as server, client() as http, asyncio.timeout(60):
        dialect = CHAT_DIALECTS[name](endpoint(server.url), http)
        async with aclosing(dialect.stream(script.model, QUESTION)) as answer:
            assert await anext(answer) == Text("Yes.")
        await left.wait()


@each_dialect
async def test_what_quotes_the_question_says_nothing_about_the_refusal(name: str) -> None:
    question = replace(QUESTION, turns=(Asked(text="what does model_not_found mean?"),))
    refusal = {"error": {"message": "cannot do: what does model_not_found mean?", "code": None}}

    heard = await ask(name, as_json(refusal, status=400), question=question)

    assert heard.fault
    assert heard.fault.kind is K.BAD_REQUEST


@each_dialect
async def test_nothing_is_sent_before_the_first_piece_is_waited_for(name: str) -> None:
    async with client() as http:
        dialect = CHAT_DIALECTS[name](endpoint("http://127.0.0.1:1"), http)
        answer = dialect.stream(CHAT_SCRIPTS[name].model, QUESTION)
        with pytest.raises(JobError) as caught:
            await anext(answer)

    assert (caught.value.fault.kind, caught.value.fault.maybe_billed) == (K.NETWORK, False)
    assert not isinstance(caught.value, httpx.HTTPError)
