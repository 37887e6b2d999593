"""What the dialects of answers send, as the gateways document it."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from core.catalog import ChatModel
from core.errors import FaultKind
from core.media import Asset, MediaKind
from core.talk import Answered, Asked, MediaLink, Question, Returned, Schema, Tool, ToolCall
from tests.core.dialects.chat_scripts import CHAT_SCRIPTS, CHATS, QUESTION, ask
from tests.core.dialects.http_answers import as_json

CALL = ToolCall(id="c1", name="look", arguments='{"of": "cats"}', signature="c2lnbmVk")
LOOK = Tool(
    name="look",
    description="Looks.",
    parameters={"type": "object", "properties": {"of": {"type": "string"}}},
)
FORM = Schema(name="clip", schema={"type": "object", "properties": {"title": {"type": "string"}}})
ROUND = Question(
    turns=(
        Asked(text="Look at cats."),
        Answered(text="", calls=(CALL,)),
        Returned(call=CALL, text="They surf."),
    ),
    tools=(LOOK,),
)
VIDEO = MediaLink(kind=MediaKind.VIDEO, url="https://host/a.mp4", mime="video/mp4")
JPEG = b"\xff\xd8\xff\xe0 a picture"
AS_URI = f"data:image/jpeg;base64,{base64.b64encode(JPEG).decode()}"


@pytest.fixture
def picture(tmp_path: Path) -> Asset:
    path = tmp_path / "a.jpg"
    path.write_bytes(JPEG)
    return Asset(
        kind=MediaKind.IMAGE, path=path, mime="image/jpeg", size_bytes=9, width=9, height=9
    )


async def sent(
    name: str, question: Question, model: ChatModel | None = None
) -> Mapping[str, object]:
    """The body that reaches the gateway."""
    heard = await ask(
        name, as_json(CHAT_SCRIPTS[name].whole("Yes.")), question=question, model=model
    )
    assert heard.text == "Yes."
    return heard.body


async def test_chat_asks_for_a_stream_with_its_count() -> None:
    body = await sent("chat_completions", replace(QUESTION, system="Be brief."))

    assert body == {
        "model": "sandbox-chat",
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "画只猪在天上飞"},
        ],
    }


async def test_chat_shows_pictures_and_videos_in_the_same_part(picture: Asset) -> None:
    asked = Asked(text="What happens?", media=(picture, VIDEO))

    body = await sent("chat_completions", Question(turns=(asked,)))

    assert body["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What happens?"},
                {"type": "image_url", "image_url": {"url": AS_URI}},
                {"type": "image_url", "image_url": {"url": "https://host/a.mp4"}},
            ],
        }
    ]


async def test_chat_hands_back_what_came_of_a_call() -> None:
    body = await sent("chat_completions", ROUND)

    function = {"name": "look", "arguments": '{"of": "cats"}'}
    assert body["messages"] == [
        {"role": "user", "content": "Look at cats."},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"id": "c1", "type": "function", "function": function}],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "They surf."},
    ]
    tool = {"name": "look", "description": "Looks.", "parameters": LOOK.parameters}
    assert body["tools"] == [{"type": "function", "function": tool}]


async def test_chat_holds_an_answer_to_a_schema() -> None:
    body = await sent("chat_completions", replace(QUESTION, schema=FORM))

    form = {"name": "clip", "schema": FORM.schema, "strict": True}
    assert body["response_format"] == {"type": "json_schema", "json_schema": form}


@pytest.mark.parametrize("name", ["chat_completions", "responses", "gemini_text"])
async def test_who_knows_only_json_reads_the_schema_and_the_word(name: str) -> None:
    model = CHAT_SCRIPTS[name].model.model_copy(update={"structured": "json"})

    body = await sent(name, replace(QUESTION, system="Be brief.", schema=FORM), model)

    told = str(body)
    assert "JSON" in told
    assert "title" in told
    assert "json_schema" not in told
    assert "responseJsonSchema" not in told


async def test_chat_thinks_under_another_name() -> None:
    model = CHATS["whatai/claude-3-7-sonnet-20250219"]

    plain = await sent("chat_completions", QUESTION, model)
    thinking = await sent("chat_completions", replace(QUESTION, thinks=True), model)

    assert plain["model"] == "claude-3-7-sonnet-20250219"
    assert thinking["model"] == "claude-3-7-sonnet-20250219-thinking"


async def test_chat_says_how_long_an_answer_may_be_where_that_is_known() -> None:
    body = await sent("chat_completions", QUESTION, CHATS["whatai/gemini-2.5-pro-chat"])

    assert (body["model"], body["max_tokens"]) == ("gemini-2.5-pro", 4000)


async def test_responses_has_parts_of_its_own(picture: Asset) -> None:
    asked = Asked(text="What is it?", media=(picture,))

    body = await sent(
        "responses", Question(turns=(asked,), system="Be brief.", searches=True, thinks=True)
    )

    assert body == {
        "model": "sandbox-responses",
        "stream": True,
        "instructions": "Be brief.",
        "input": [
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "What is it?"},
                    {"type": "input_image", "image_url": AS_URI},
                ],
            }
        ],
        "tools": [{"type": "web_search_preview"}],
        "reasoning": {"summary": "auto"},
    }


async def test_responses_hands_back_what_came_of_a_call() -> None:
    body = await sent("responses", replace(ROUND, schema=FORM))

    assert body["input"] == [
        {"role": "user", "content": "Look at cats."},
        {
            "type": "function_call",
            "call_id": "c1",
            "name": "look",
            "arguments": '{"of": "cats"}',
        },
        {"type": "function_call_output", "call_id": "c1", "output": "They surf."},
    ]
    tool = {"name": "look", "description": "Looks.", "parameters": LOOK.parameters}
    assert body["tools"] == [{"type": "function", **tool}]
    form = {"type": "json_schema", "name": "clip", "schema": FORM.schema, "strict": True}
    assert body["text"] == {"format": form}


async def test_responses_says_only_what_the_gateway_has_not_kept() -> None:
    again = replace(
        QUESTION,
        turns=(*QUESTION.turns, Answered(text="Done."), Asked(text="Again.")),
        follows="resp_7",
    )

    body = await sent("responses", again)

    assert body["previous_response_id"] == "resp_7"
    assert body["input"] == [{"role": "user", "content": "Again."}]


async def test_gemini_has_pictures_first_and_thinks_by_budget(picture: Asset) -> None:
    asked = Asked(text="What happens?", media=(picture, VIDEO))

    body = await sent(
        "gemini_text", Question(turns=(asked,), system="Be brief.", thinks=True, searches=True)
    )

    data = base64.b64encode(JPEG).decode()
    assert body == {
        "contents": [
            {
                "role": "user",
                "parts": [
                    {"inlineData": {"data": data, "mimeType": "image/jpeg"}},
                    {"fileData": {"fileUri": "https://host/a.mp4", "mimeType": "video/mp4"}},
                    {"text": "What happens?"},
                ],
            }
        ],
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "generationConfig": {"thinkingConfig": {"includeThoughts": True, "thinkingBudget": 128}},
        "tools": [{"googleSearch": {}}],
    }


async def test_gemini_hands_back_what_came_of_a_call_with_its_signature() -> None:
    body = await sent("gemini_text", replace(ROUND, schema=FORM))

    returned = {"name": "look", "response": {"result": "They surf."}}
    assert body["contents"] == [
        {"role": "user", "parts": [{"text": "Look at cats."}]},
        {
            "role": "model",
            "parts": [
                {
                    "functionCall": {"name": "look", "args": {"of": "cats"}},
                    "thoughtSignature": "c2lnbmVk",
                }
            ],
        },
        {"role": "user", "parts": [{"functionResponse": returned}]},
    ]
    assert body["generationConfig"] == {
        "responseMimeType": "application/json",
        "responseJsonSchema": FORM.schema,
    }


async def test_gemini_refuses_what_is_too_large_before_it_is_sent(picture: Asset) -> None:
    picture.path.write_bytes(b"x" * 15_000_001)  # 20 MB as base64
    question = Question(turns=(Asked(text="?", media=(picture,)),))

    heard = await ask("gemini_text", as_json({}), question=question)

    assert heard.requests == []
    assert heard.fault
    assert heard.fault.kind is FaultKind.TOO_LARGE


async def test_completions_go_on_with_the_conversation() -> None:
    turns = (Asked(text="Hi."), Answered(text="Hello."), Asked(text="Who are you?"))

    body = await sent("completions", Question(turns=turns, system="You are a pig."))

    assert body == {
        "model": "sandbox-completions",
        "prompt": "You are a pig.\n\nUser: Hi.\n\nAssistant: Hello.\n\n"
        "User: Who are you?\n\nAssistant:",
        "stream": True,
        "max_tokens": 1000,
        "stop": ["\nUser:"],
    }
