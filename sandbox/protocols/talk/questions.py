"""What is asked, read from the bodies of four protocols into one form."""

import io
import json
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

import av
from av.error import FFmpegError

from sandbox.orders.chats import ChatTable
from sandbox.orders.order import Kind
from sandbox.orders.refusals import invalid

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """A conversation that waits for an answer.

    Attributes:
        turns: how many messages there are; prompt: the last of a person.
        videos: how long each is in seconds; 0 for one at an address.
        tools: schemas by name; returned: what came of calls behind the prompt.
        form: the schema that the answer is held to; None where any will do.
        follows: the id of an answer of ours.
    """

    prompt: str = ""
    system: str = ""
    turns: int = 0
    pictures: int = 0
    videos: tuple[float, ...] = ()
    tools: Mapping[str, Json] = field(default_factory=dict[str, Json])
    returned: tuple[str, ...] = ()
    form: Json | None = None
    thinks: bool = False
    searches: bool = False
    follows: str = ""
    limit: int | None = None
    stream: bool = False


def read_question(dialect: str, body: Json, *, stream: bool = False) -> AskedQuestion:
    """Understand a body.

    Raises:
        RefusalError: it does not fit the protocol.
    """
    match dialect:
        case "chat_completions":
            return _read_chat(body)
        case "responses":
            return _read_responses(body)
        case "gemini_text":
            return replace(_read_gemini(body), stream=stream)
        case _:
            return _read_completion(body)


def check(question: AskedQuestion, table: ChatTable) -> None:
    """Refuse what the model does not understand.

    Raises:
        RefusalError: saying what.
    """
    inline = any(question.videos)
    refused = {
        "Invalid content type. image_url is only supported by certain models.": (
            question.pictures and not table.vision
        ),
        "This model does not take videos.": question.videos and table.video == "no",
        "This model takes videos only by address.": inline and table.video == "link",
        "This model does not support tools.": question.tools and not table.tools,
        "This model does not support response_format.": (
            question.form is not None and table.structured == "no"
        ),
        "This model does not support web search.": question.searches and not table.search,
        "This model does not think.": question.thinks and table.thinking == "no",
    }
    for sentence, is_so in refused.items():
        if is_so:
            raise invalid(Kind.TALK, sentence)
    if not question.prompt.strip():
        raise invalid(Kind.TALK, "the last message is empty")


def _read_chat(body: Json) -> AskedQuestion:
    question = AskedQuestion(stream=bool(body.get("stream")), limit=_int(body.get("max_tokens")))
    for message in _objects(body.get("messages")):
        role, content = message.get("role"), message.get("content")
        if role == "system":
            question = replace(question, system=_text(content))
        elif role == "tool":
            question = replace(question, returned=(*question.returned, _text(content)))
        elif role == "user":
            question = _asked(question, content, "text", "image_url")
        question = replace(question, turns=question.turns + 1)
    tools = [_object(tool.get("function")) for tool in _objects(body.get("tools"))]
    form = _object(body.get("response_format"))
    schema = _object(_object(form.get("json_schema")).get("schema"))
    return _formed(replace(question, tools=_tools(tools)), form, schema, json.dumps(body))


def _read_responses(body: Json) -> AskedQuestion:
    question = AskedQuestion(
        stream=bool(body.get("stream")),
        system=_text(body.get("instructions")),
        follows=_text(body.get("previous_response_id")),
        limit=_int(body.get("max_output_tokens")),
        thinks="reasoning" in body,
    )
    for item in _objects(body.get("input")):
        if item.get("type") == "function_call_output":
            question = replace(question, returned=(*question.returned, _text(item.get("output"))))
        elif item.get("role") == "user":
            question = _asked(question, item.get("content"), "input_text", "input_image")
        question = replace(question, turns=question.turns + 1)
    tools = _objects(body.get("tools"))
    searches = any(tool.get("type") == "web_search_preview" for tool in tools)
    named = [tool for tool in tools if tool.get("type") == "function"]
    question = replace(question, tools=_tools(named), searches=searches)
    form = _object(_object(body.get("text")).get("format"))
    return _formed(question, form, _object(form.get("schema")), json.dumps(body))


def _read_gemini(body: Json) -> AskedQuestion:
    config = _object(body.get("generationConfig"))
    question = AskedQuestion(
        thinks="thinkingConfig" in config, limit=_int(config.get("maxOutputTokens"))
    )
    for part in _objects(_object(body.get("systemInstruction")).get("parts")):
        question = replace(question, system=_text(part.get("text")))
    for content in _objects(body.get("contents")):
        if content.get("role", "user") == "user":
            question = _asked_gemini(question, _objects(content.get("parts")))
        question = replace(question, turns=question.turns + 1)
    tools = _objects(body.get("tools"))
    named = [each for tool in tools for each in _objects(tool.get("functionDeclarations"))]
    searches = any("googleSearch" in tool for tool in tools)
    question = replace(question, tools=_tools(named), searches=searches)
    if config.get("responseMimeType") != "application/json":
        return question
    schema = _object(config.get("responseJsonSchema"))
    return replace(question, form=schema or _told_form(question.system))


def _read_completion(body: Json) -> AskedQuestion:
    prompt = _text(body.get("prompt"))
    *_, last = prompt.split("User:")
    return AskedQuestion(
        prompt=last.partition("\n\nAssistant:")[0].strip(),
        turns=prompt.count("User:") + prompt.count("Assistant:") - 1,
        stream=bool(body.get("stream")),
        limit=_int(body.get("max_tokens")) or 16,
    )


def _asked(question: AskedQuestion, content: object, text: str, picture: str) -> AskedQuestion:
    if isinstance(content, str):
        return replace(question, prompt=content, returned=())
    parts = _objects(content)
    if unknown := {part.get("type") for part in parts} - {text, picture}:
        raise invalid(Kind.TALK, f"unknown content type {unknown}")
    prompt = "\n".join(_text(part.get("text")) for part in parts if part.get("type") == text)
    urls = [_url(part.get("image_url"), picture) for part in parts if part.get("type") == picture]
    return _shown(replace(question, prompt=prompt, returned=()), urls)


def _url(value: object, part: str) -> str:
    """An object over chat, and the address itself over responses: each refuses the other's."""
    url = _object(value).get("url") if part == "image_url" else value
    if not isinstance(url, str):
        raise invalid(Kind.TALK, f"invalid {part}")
    return url


def _asked_gemini(question: AskedQuestion, parts: list[Json]) -> AskedQuestion:
    returned = [_object(part["functionResponse"]) for part in parts if "functionResponse" in part]
    if returned:
        told = [_text(_object(each.get("response")).get("result")) for each in returned]
        return replace(question, returned=(*question.returned, *told))
    inline = [_object(part["inlineData"]) for part in parts if "inlineData" in part]
    files = [_object(part["fileData"]) for part in parts if "fileData" in part]
    urls = [f"data:{each.get('mimeType')};base64,{each.get('data')}" for each in inline]
    # Google tells them apart by their type, and not by what their address ends with.
    urls += [f"{each.get('fileUri')}#{each.get('mimeType')}" for each in files]
    prompt = "\n".join(_text(part.get("text")) for part in parts if "text" in part)
    return _shown(replace(question, prompt=prompt, returned=()), urls)


def _shown(question: AskedQuestion, urls: Iterable[str]) -> AskedQuestion:
    for url in urls:
        if url.startswith("data:video/") or ".mp4" in url or url.endswith("#video/mp4"):
            question = replace(question, videos=(*question.videos, _seconds(url)))
        else:
            question = replace(question, pictures=question.pictures + 1)
    return question


def _seconds(url: str) -> float:
    if not url.startswith("data:"):
        return 0.0
    try:
        data = b64decode(url.partition(",")[2], validate=True)
        with av.open(io.BytesIO(data), "r") as video:
            return (video.duration or 0) / av.time_base
    except (NotBase64, FFmpegError) as error:
        raise invalid(Kind.TALK, "the video cannot be read") from error


def _formed(question: AskedQuestion, form: Json, schema: Json, whole: str) -> AskedQuestion:
    if form.get("type") == "json_object" and "json" not in _spoken(whole).lower():
        sentence = "'messages' must contain the word 'json' in some form"
        raise invalid(Kind.TALK, f"{sentence}, to use 'response_format' of type 'json_object'.")
    return replace(question, form=schema or _told_form(question.system)) if form else question


def _told_form(system: str) -> Json:
    """The schema that a model is told in words, where only JSON is asked for."""
    start = system.find("{")
    try:
        return _object(json.JSONDecoder().raw_decode(system, start)[0]) if start >= 0 else {}
    except ValueError:
        return {}


def _spoken(whole: str) -> str:
    return whole.replace("json_object", "").replace("json_schema", "")


def _tools(functions: Iterable[Json]) -> Mapping[str, Json]:
    return {
        _text(each.get("name")): _object(
            each.get("parameters") or each.get("parametersJsonSchema")
        )
        for each in functions
    }


def _object(value: object) -> Json:
    return cast("Json", value) if isinstance(value, dict) else {}


def _objects(value: object) -> list[Json]:
    return list(_each(cast("list[object]", value))) if isinstance(value, list) else []


def _each(value: list[object]) -> Iterator[Json]:
    for item in value:
        if not isinstance(item, dict):
            raise invalid(Kind.TALK, "an object was expected")
        yield cast("Json", item)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _int(value: object) -> int | None:
    return value if isinstance(value, int) else None
