"""Odd answers of single protocols; what all have in common is in test_chat_contract.py."""

import json

import pytest

from core.errors import FaultKind
from core.talk import Ended, Source, Text, Usage
from tests.core.dialects.chat_scripts import CHAT_SCRIPTS, ask, event
from tests.core.dialects.http_answers import as_json, frame, stream

K = FaultKind
DONE = "data: [DONE]\n\n"
RESPONSES = CHAT_SCRIPTS["responses"]
GEMINI = CHAT_SCRIPTS["gemini_text"]


async def test_the_stream_of_the_page_is_read_to_its_end() -> None:
    """The end of whatai's sample: an empty delta, `stop`, the count on its own, the mark."""
    head = (
        '{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-3.5-turbo",'
    )
    choice = '"choices":[{"index":0,"delta":%s,"finish_reason":%s}]}'
    chunks = [
        (head + choice) % ('{"role":"assistant","content":""}', "null"),
        (head + choice) % ('{"content":"Hello"}', "null"),
        (head + choice) % ('{"content":"!"}', "null"),
        (head + choice) % ("{}", "null"),
        (head + choice) % ("{}", '"stop"'),
        head + '"choices":[{"index":0,"delta":{}}],"usage":{"prompt_tokens":9,'
        '"completion_tokens":9,"total_tokens":18,"prompt_tokens_details":{},'
        '"completion_tokens_details":{},"input_tokens":0,"output_tokens":0,'
        '"input_tokens_details":null}}',
    ]

    heard = await ask(
        "chat_completions", stream("".join(f"data: {chunk}\n\n" for chunk in chunks) + DONE)
    )

    assert heard.said == [Text("Hello"), Text("!"), Usage(9, 9), Ended()]


async def test_the_thoughts_of_claude_stand_beside_its_answer() -> None:
    message = {"role": "assistant", "content": "42", "reasoning_content": "six times seven"}
    body = {
        "id": "msg_013",
        "model": "claude-3-7-sonnet-20250219",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "system_fingerprint": None,
        "usage": {"prompt_tokens": 5, "completion_tokens": 7, "reasoning_tokens": 0},
    }

    heard = await ask("chat_completions", as_json(body))

    assert (heard.thoughts, heard.text, heard.usage) == ("six times seven", "42", Usage(5, 7))


async def test_shouted_and_missing_ends_are_ends() -> None:
    shouted = await ask("chat_completions", stream(frame({"content": "Hi"}, "STOP")))
    unsaid = await ask("chat_completions", stream(frame({"content": "Hi"}) + DONE))

    assert (shouted.fault, unsaid.fault) == (None, None)
    assert isinstance(unsaid.said[-1], Ended)


async def test_the_end_mark_alone_is_no_answer() -> None:
    heard = await ask("chat_completions", stream(DONE))

    assert heard.fault
    assert (heard.fault.kind, heard.fault.maybe_billed) == (K.NETWORK, True)


async def test_other_choices_are_not_mixed_in() -> None:
    other = {"choices": [{"index": 1, "delta": {"content": "No"}, "finish_reason": None}]}

    heard = await ask(
        "chat_completions", stream(event(other) + frame({"content": "Yes"}, "stop") + DONE)
    )

    assert heard.text == "Yes"


CALLED_ODDLY = {
    "all at place 0": [
        {"index": 0, "id": "a", "function": {"name": "look", "arguments": '{"of": 1}'}},
        {"index": 0, "id": "b", "function": {"name": "look", "arguments": '{"of": 2}'}},
    ],
    "without a place": [
        {"id": "a", "function": {"name": "look", "arguments": '{"of": '}},
        {"function": {"arguments": "1}"}},
        {"id": "b", "function": {"name": "look", "arguments": '{"of": 2}'}},
    ],
    "as objects": [
        {"index": 0, "id": "a", "function": {"name": "look", "arguments": {"of": 1}}},
        {"index": 1, "id": "b", "function": {"name": "look", "arguments": {"of": 2}}},
    ],
    "named again in each piece": [
        {"index": 0, "id": "a", "function": {"name": "look", "arguments": '{"of"'}},
        {"index": 0, "id": "a", "function": {"name": "look", "arguments": ": 1}"}},
        {"index": 1, "id": "b", "function": {"name": "look", "arguments": '{"of": 2}'}},
    ],
}


@pytest.mark.parametrize("case", CALLED_ODDLY)
async def test_calls_are_put_together_however_they_are_numbered(case: str) -> None:
    pieces = "".join(frame({"tool_calls": [piece]}) for piece in CALLED_ODDLY[case])

    heard = await ask("chat_completions", stream(pieces + frame({}, "tool_calls") + DONE))

    assert [(c.id, c.name, json.loads(c.arguments)) for c in heard.calls] == [
        ("a", "look", {"of": 1}),
        ("b", "look", {"of": 2}),
    ]


async def test_a_call_without_an_id_gets_one_and_without_arguments_has_none() -> None:
    message = {"content": None, "tool_calls": [{"function": {"name": "look", "arguments": ""}}]}
    body = {"choices": [{"message": message, "finish_reason": "tool_calls"}]}

    heard = await ask("chat_completions", as_json(body))

    assert [(call.id, call.name, call.arguments) for call in heard.calls] == [
        ("call_0", "look", "{}")
    ]
    assert heard.fault is None


async def test_pages_that_chat_cites_are_sources() -> None:
    note = {"type": "url_citation", "url_citation": {"url": "https://a.example", "title": "A"}}
    told = frame({"content": "So", "annotations": [note]}) + frame({"annotations": [note]}, "stop")

    heard = await ask("chat_completions", stream(told + DONE))

    assert heard.sources == [Source("https://a.example", "A")]


async def test_a_web_search_is_answered_by_its_message_alone() -> None:
    """What was thought and searched is no part of the answer, even where it looks like text."""
    text = {"type": "output_text", "text": "It rains."}
    notes = [
        {"type": "url_citation", "url": "https://a.example/1", "title": "A\u202e1"},
        {"type": "url_citation", "url": "https://a.example/1", "title": "A1"},
        {"type": "url_citation", "url": "javascript:alert(1)", "title": "B"},
    ]
    body: dict[str, object] = {
        "id": "resp_2",
        "object": "response",
        "status": "completed",
        "error": None,
        "output": [
            {"type": "reasoning", "content": [{**text, "text": "hm"}]},
            {
                "type": "web_search_call",
                "status": "completed",
                "action": {"type": "search", "query": "weather"},
            },
            {"type": "reasoning", "summary": None},
            {"type": "message", "role": "assistant", "content": [{**text, "annotations": notes}]},
        ],
        "usage": {"input_tokens": 36, "output_tokens": 87},
    }

    heard = await ask("responses", as_json(body))

    assert heard.said == [
        Text("It rains."),
        Source("https://a.example/1", "A1"),
        Usage(36, 87),
        Ended(id="resp_2"),
    ]


async def test_an_answer_that_only_its_end_tells_is_told() -> None:
    heard = await ask("responses", stream(RESPONSES.nothing + RESPONSES.ends))

    assert heard.text == "(whole)"


async def test_a_response_that_failed_is_no_answer() -> None:
    error = {"code": "server_error", "message": "The server had an error"}
    end = {"type": "response.failed", "response": {"status": "failed", "error": error}}

    before = await ask("responses", stream(RESPONSES.nothing + event(end)))
    after = await ask("responses", stream(RESPONSES.say("A cat") + event(end)))
    plain = await ask("responses", as_json({"status": "failed", "error": error, "output": []}))
    thrown = await ask("responses", stream(event({"type": "error", "param": None, **error})))

    for heard in (before, after, plain, thrown):
        assert heard.fault
        assert (heard.fault.kind, heard.fault.reason) == (K.UPSTREAM, "The server had an error")
    assert after.text == "A cat"
    assert [h.fault and h.fault.maybe_billed for h in (before, after)] == [True, True]


async def test_the_words_of_a_refusal_are_the_answer() -> None:
    over_chat = await ask(
        "chat_completions", stream(frame({"refusal": "I cannot help."}, "stop") + DONE)
    )
    refused = event({"type": "response.refusal.delta", "delta": "I cannot help."})
    over_responses = await ask("responses", stream(refused + RESPONSES.ends))

    assert (over_chat.text, over_responses.text) == ("I cannot help.",) * 2


@pytest.mark.parametrize("candidates", [{}, {"candidates": None}, {"candidates": []}])
async def test_a_prompt_that_gemini_blocks_is_told_as_one(candidates: dict[str, object]) -> None:
    feedback = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}

    heard = await ask("gemini_text", stream(event(feedback | candidates)))

    assert heard.fault
    assert heard.fault.kind is K.MODERATION_PROMPT
    assert heard.fault.reason == "PROHIBITED_CONTENT"


async def test_pages_that_gemini_found_are_sources() -> None:
    chunks = [{"web": {"uri": "https://a.example", "title": "A"}}, {"web": None}, {}]
    candidate = {
        "content": {"parts": [{"text": "So."}]},
        "groundingMetadata": {"groundingChunks": chunks},
        "finishReason": "STOP",
    }

    heard = await ask("gemini_text", stream(event({"candidates": [candidate]})))

    assert heard.sources == [Source("https://a.example", "A")]


async def test_googles_own_error_is_read() -> None:
    gone = {"error": {"code": 404, "message": "models/x is not found: no longer available"}}

    heard = await ask("gemini_text", as_json(gone, status=404))

    assert heard.fault
    assert heard.fault.kind is K.MODEL_GONE


async def test_a_completion_begins_with_its_first_word() -> None:
    chunks = [{"text": "\n"}, {"text": "\n This"}, {"text": " is"}, {"text": "\n\nit"}]
    told = "".join(event({"choices": [{"index": 0, **chunk}]}) for chunk in chunks)

    heard = await ask("completions", stream(told + CHAT_SCRIPTS["completions"].ends))

    assert heard.text == "This is\n\nit"


@pytest.mark.parametrize("name", CHAT_SCRIPTS)
async def test_halves_of_characters_are_put_together_and_what_cannot_be_seen_is_left_out(
    name: str,
) -> None:
    script = CHAT_SCRIPTS[name]
    # Only escaped they can stand in JSON at all.
    told = script.say("<1>") + script.say("<2>\x1b\x00") + script.say("<1>.")
    told = told.replace("<1>", r"a\ud83d").replace("<2>", r"\ude00")

    heard = await ask(name, stream(told + script.ends))

    assert heard.text == "a😀a�."
    assert heard.fault is None
