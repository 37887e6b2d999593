"""The sandbox answers questions over four protocols; asked by the dialects of the client."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest
from PIL import Image

import sandbox
from bots.sandboxing import sandbox_chats
from core.catalog import ChatAbility, ChatModel, can_chat, load, needs_of
from core.dialects import CHAT_DIALECTS, DIALECTS
from core.errors import Fault, FaultKind, JobError
from core.files.media_info import look
from core.media import Asset, MediaKind
from core.talk import (
    Answered,
    Asked,
    Ended,
    MediaLink,
    Question,
    Returned,
    Said,
    Schema,
    Source,
    Text,
    Thought,
    Tool,
    ToolCall,
    Usage,
)
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.core.dialects.scripted_gateway import CALM, client, endpoint
from tests.fakes.movies import make_movie

OWN = Path(sandbox.__file__).parent / "catalog.toml"
PRESETS = load((), tuple(DIALECTS), tuple(CHAT_DIALECTS))
MODELS = {m.dialect: m for m in load((OWN,), tuple(DIALECTS)).chats if m.gateway == "sandbox"}
TALENTED = ("chat_completions", "gemini_text", "responses")
K = FaultKind
TOOL = Tool(
    name="make_video",
    description="Makes a video.",
    parameters={
        "type": "object",
        "properties": {"prompt": {"type": "string"}, "seconds": {"type": "integer", "minimum": 4}},
    },
)
CANCEL = Tool(name="cancel", description="Cancels.", parameters={"type": "object"})
FORM = Schema(
    name="plan",
    schema={
        "type": "object",
        "properties": {
            "prompt": {"type": "string"},
            "ratio": {"type": "string", "enum": ["9:16", "16:9"]},
            "shots": {"type": "array", "items": {"type": "object", "properties": {}}},
        },
    },
)


@dataclass(slots=True)
class Told:
    said: list[Said] = field(default_factory=list[Said])
    fault: Fault | None = None

    @property
    def text(self) -> str:
        return "".join(each.text for each in self.said if isinstance(each, Text))

    def of(self, kind: type[Said]) -> list[Said]:
        return [each for each in self.said if isinstance(each, kind)]


Ask = Callable[..., Awaitable[Told]]
each_protocol = pytest.mark.parametrize("dialect", CHAT_DIALECTS)
each_talented = pytest.mark.parametrize("dialect", TALENTED)


@pytest.fixture
async def ask(root: str) -> AsyncIterator[Ask]:
    async with client() as http:

        async def ask(
            dialect: str,
            prompt: str,
            *media: Asset | MediaLink,
            model: ChatModel | None = None,
            **more: object,
        ) -> Told:
            question = replace(Question(turns=(Asked(text=prompt, media=media),)), **more)
            told = Told()
            speaking = CHAT_DIALECTS[dialect](endpoint(root, pace=CALM), http)
            try:
                async with aclosing(speaking.stream(model or MODELS[dialect], question)) as answer:
                    async for said in answer:
                        told.said.append(said)
            except JobError as error:
                told.fault = error.fault
            return told

        yield ask


@pytest.fixture
def picture(tmp_path: Path) -> Asset:
    Image.new("RGB", (32, 32)).save(tmp_path / "a.png")
    return look(tmp_path / "a.png")


@each_protocol
async def test_the_same_question_gets_the_same_answer(ask: Ask, dialect: str) -> None:
    first, second = [await ask(dialect, "海浪 🌊?") for _ in range(2)]

    assert first.text == "You said: 海浪 🌊?"
    assert first.said[:-1] == second.said[:-1]
    assert isinstance(first.said[-1], Ended)
    assert len(first.of(Usage)) == 1


@each_protocol
async def test_without_a_stream_it_says_the_same(ask: Ask, dialect: str) -> None:
    plain = MODELS[dialect].model_copy(update={"streams": False})

    assert (await ask(dialect, "hi", model=plain)).text == "You said: hi"


@each_protocol
async def test_each_answer_is_paid_and_renders_nothing(
    ask: Ask, dialect: str, http: httpx.AsyncClient
) -> None:
    await ask(dialect, "hi")

    (order,) = (await http.get("/sandbox/ledger")).json()
    assert (order["kind"], order["prompt"]) == ("talk", "hi")


@each_talented
async def test_it_thinks_when_it_is_asked_to(ask: Ask, dialect: str) -> None:
    asked = await ask(dialect, "hi", thinks=True)
    told_to = await ask(dialect, "hi #think")

    assert asked.of(Thought) == told_to.of(Thought) != []
    assert asked.text == told_to.text == "You said: hi"


@each_talented
async def test_it_counts_pictures(ask: Ask, dialect: str, picture: Asset) -> None:
    told = await ask(dialect, "what?", picture, picture)

    assert told.text == "You said: what? I see 2 pictures."


@pytest.mark.parametrize("dialect", ["chat_completions", "gemini_text"])
async def test_it_counts_the_seconds_of_videos(ask: Ask, dialect: str, tmp_path: Path) -> None:
    video = look(make_movie(tmp_path / "a.mp4", seconds=2))
    link = MediaLink(kind=MediaKind.VIDEO, url="https://host.example/a.mp4", mime="video/mp4")

    told = await ask(dialect, "what?", video, link)

    assert told.text == "You said: what? I watched 2 videos: 2.0 s, unknown length."


@each_talented
async def test_it_calls_the_tools_that_the_prompt_names_and_goes_on(
    ask: Ask, dialect: str
) -> None:
    tools = (TOOL, CANCEL)
    prompt = "make_video of waves, then cancel"

    told = await ask(dialect, prompt, tools=tools)

    calls = [call for call in told.said if isinstance(call, ToolCall)]
    assert [(call.name, json.loads(call.arguments)) for call in calls] == [
        ("make_video", {"prompt": prompt, "seconds": 4}),
        ("cancel", {}),
    ]
    turns = (
        Asked(text=prompt),
        Answered(text="", calls=tuple(calls)),
        *(Returned(call=call, text=f"{call.name} done") for call in calls),
    )
    again = await ask(dialect, prompt, tools=tools, turns=turns)
    assert "The tools said: make_video done; cancel done" in again.text
    assert again.of(ToolCall) == []


@each_talented
async def test_it_keeps_to_a_form_unless_told_to_break_it(ask: Ask, dialect: str) -> None:
    good = await ask(dialect, "waves", schema=FORM)
    bad = await ask(dialect, "waves #bad-json", schema=FORM)

    assert json.loads(good.text) == {"prompt": "waves", "ratio": "9:16", "shots": [{}]}
    with pytest.raises(ValueError, match=r"."):
        json.loads(bad.text)


@each_talented
async def test_a_form_that_is_only_told_in_words_is_kept_to_as_well(
    ask: Ask, dialect: str
) -> None:
    only_json = MODELS[dialect].model_copy(update={"structured": "json"})

    answer = await ask(dialect, "waves", schema=FORM, model=only_json, system="Be brief.")

    assert json.loads(answer.text) == {"prompt": "waves", "ratio": "9:16", "shots": [{}]}


@pytest.mark.parametrize("dialect", ["gemini_text", "responses"])
async def test_it_names_the_pages_that_it_found(ask: Ask, dialect: str) -> None:
    told = await ask(dialect, "weather?", searches=True)

    assert told.of(Source) == [
        Source("https://sandbox.example/1", "The first page"),
        Source("https://sandbox.example/2", "二"),
    ]
    assert told.text.endswith("I searched the web.")


async def test_it_remembers_its_own_answers_by_their_id(ask: Ask) -> None:
    first = await ask("responses", "hi")
    (ended,) = first.of(Ended)
    assert isinstance(ended, Ended)

    told = await ask("responses", "and?", follows=ended.id)

    assert told.text == f"You said: and? I remember {ended.id}."


@each_protocol
async def test_a_conversation_is_understood_as_one(ask: Ask, dialect: str) -> None:
    turns = (Asked(text="hi"), Answered(text="hello"), Asked(text="and?"))

    assert "You said: and?" in (await ask(dialect, "", turns=turns)).text
    assert "3 messages" in (await ask(dialect, "", turns=turns)).text


@each_protocol
async def test_a_long_answer_has_all_of_its_characters(ask: Ask, dialect: str) -> None:
    model = MODELS[dialect].model_copy(update={"answer_tokens": 100_000})

    assert len((await ask(dialect, "#long", model=model)).text) == 10_000
    assert len((await ask(dialect, "#chars=60000", model=model)).text) == 60_000


@each_protocol
async def test_an_answer_can_be_too_long(ask: Ask, dialect: str) -> None:
    told = await ask(dialect, "hello #length")

    assert "You said: hello".startswith(told.text)
    assert [each for each in told.said if isinstance(each, Ended) and each.cut]


BROKEN = {
    "#cut": (K.NETWORK, True),
    "#error-chunk": (K.UPSTREAM, True),
    "#fail-moderation": (K.MODERATION_OUTPUT, True),
}


@pytest.mark.parametrize("word", BROKEN)
@each_protocol
async def test_what_breaks_has_said_half(ask: Ask, dialect: str, word: str) -> None:
    told = await ask(dialect, f"a long story about waves {word}")

    assert told.text == "You said: a long s"[: len(told.text)] != ""
    assert told.fault
    assert (told.fault.kind, told.fault.maybe_billed) == BROKEN[word]


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("#auth", K.AUTH),
        ("#quota", K.QUOTA),
        ("#gone", K.MODEL_GONE),
        ("#html", K.MISCONFIGURED),
        ("#fail-prompt", K.MODERATION_PROMPT),
        ("#reset", K.AMBIGUOUS),
    ],
)
@each_protocol
async def test_it_refuses_as_it_refuses_videos(
    ask: Ask, dialect: str, word: str, kind: FaultKind
) -> None:
    told = await ask(dialect, f"hi {word}")

    assert told.said == []
    assert told.fault
    assert told.fault.kind is kind


async def test_every_preset_is_played_with_all_that_it_can(
    options: SandboxOptions, picture: Asset
) -> None:
    """As `make run` has it: what a preset says it can do is taken by its protocol."""
    link = MediaLink(kind=MediaKind.VIDEO, url="https://host.example/a.mp4", mime="video/mp4")
    async with serve(replace(options, chats=sandbox_chats(PRESETS))) as root, client() as http:
        for model in PRESETS.chats:
            media = ((picture,) if model.vision else ()) + ((link,) if model.video != "no" else ())
            question = Question(
                turns=(Asked(text="hi", media=media),),
                tools=(TOOL,) if model.tools else (),
                schema=FORM if model.structured != "no" else None,
                thinks=model.thinking == "option",
                searches=model.search,
            )
            assert needs_of(question) <= {each for each in ChatAbility if can_chat(model, each)}
            speaking = CHAT_DIALECTS[model.dialect](endpoint(root), http)
            said = [each async for each in speaking.stream(model, question)]
            assert isinstance(said[-1], Ended), model.key
            assert any(isinstance(each, Thought) for each in said) == question.thinks, model.key


async def test_bytes_come_one_by_one(ask: Ask) -> None:
    assert (await ask("chat_completions", "海 #bytes")).text == "You said: 海"


async def test_what_a_model_does_not_understand_is_refused(
    ask: Ask, picture: Asset, http: httpx.AsyncClient
) -> None:
    blind = ChatModel.model_validate(
        {
            "gateway": "sandbox",
            "name": "sandbox-completions",
            "dialect": "completions",
            "input_credits": 1,
            "output_credits": 1,
        }
    )
    no_json = {"model": "sandbox-chat", "messages": [{"role": "user", "content": "hi"}]}

    unknown = await ask("responses", "hi", model=blind)
    answer = await http.post(
        "/v1/chat/completions", json={**no_json, "response_format": {"type": "json_object"}}
    )

    assert unknown.fault
    assert unknown.fault.kind is K.MODEL_GONE
    assert (answer.status_code, "word 'json'" in answer.text) == (400, True)
    shown = await ask("responses", "?", picture)
    assert shown.fault is None


async def test_videos_are_still_made_over_the_same_address(http: httpx.AsyncClient) -> None:
    body = {
        "model": "sandbox-stream",
        "messages": [{"role": "user", "content": "waves"}],
        "stream": False,
    }

    answer = (await http.post("/v1/chat/completions", json=body)).json()

    assert ".mp4" in answer["choices"][0]["message"]["content"]


async def test_the_list_of_models_has_them(http: httpx.AsyncClient) -> None:
    listed = {each["id"] for each in (await http.get("/v1/models")).json()["data"]}

    assert {model.name for model in MODELS.values()} <= listed
