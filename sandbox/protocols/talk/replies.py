"""What is answered, before any protocol: the same question always gets the same answer."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from sandbox.orders.order import PaidOrder
from sandbox.protocols.talk.questions import AskedQuestion, Json
from sandbox.words import without_words

LONG_CHARS = 10_000
PIECE_CHARS = 12
TOKEN_CHARS = 4
SOURCES = (("https://sandbox.example/1", "The first page"), ("https://sandbox.example/2", "二"))
MARKDOWN = """\
# A heading

Some **bold**, some *slanted*, some `code`, and [a link](https://sandbox.example/).

- one
- two 🌊

> A quotation.

```python
print("你好 👩‍👩‍👧")
```

| a | b |
|---|---|
| 1 | 2 |
"""
TOUR = """\
I am the sandbox: I show what answers look like, and know nothing. With the key of a gateway, a \
chat model answers in my place. Until then, try one of these:

- send a picture or a video along with a question
- put `#markdown` into it, for headings, a table and code
- put `#think` into it, for thoughts before the answer
- put `#chars=10000` into it, for a long answer
"""
# What the model is there for, and the question.
_FIRST_TURNS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkReply:
    """A whole answer, as it will be told.

    Attributes:
        calls: names and arguments of tools.
        ending: "stop", "length", "filter", or what goes wrong: "cut", "hang", "error".
        tokens: how many went in and came out.
    """

    thought: str = ""
    text: str = ""
    calls: tuple[tuple[str, str], ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    ending: str = "stop"
    tokens: tuple[int, int] = (0, 0)

    @property
    def breaks(self) -> bool:
        """Whether it never comes to its end."""
        return self.ending in ("cut", "hang", "error", "filter")

    @property
    def pieces(self) -> list[str]:
        """The text as it is told; what breaks does so after half of it."""
        told = self.text[: len(self.text) // 2] if self.breaks else self.text
        return [told[at : at + PIECE_CHARS] for at in range(0, len(told), PIECE_CHARS)]


ENDINGS = {
    "cut": "cut",
    "hang": "hang",
    "error-chunk": "error",
    "fail-moderation": "filter",
    "length": "length",
}


def compose(question: AskedQuestion, order: PaidOrder) -> TalkReply:
    """The answer to a question."""
    ending = next((end for word, end in ENDINGS.items() if word in order.words), "stop")
    calls = () if question.returned and "tools-forever" not in order.words else _calls(question)
    text = "" if calls else _text(question, order)
    if question.limit and len(text) > question.limit * TOKEN_CHARS:
        text, ending = text[: question.limit * TOKEN_CHARS], "length"
    if ending == "length" and len(text) > 1:
        text = text[: len(text) // 2]
    reply = TalkReply(
        thought="Let me think. It is about this question. " if _thinks(question, order) else "",
        text=text,
        calls=calls,
        sources=SOURCES if question.searches and not calls else (),
        ending=ending,
    )
    made = len(reply.thought) + len(reply.text) + sum(len(each) for _, each in calls)
    asked = len(question.system) + len(question.prompt)
    return replace(reply, tokens=(asked // TOKEN_CHARS + 1, made // TOKEN_CHARS + 1))


def _thinks(question: AskedQuestion, order: PaidOrder) -> bool:
    return question.thinks or "think" in order.words


def _calls(question: AskedQuestion) -> tuple[tuple[str, str], ...]:
    """The tools that the prompt names, as often as it says: "make_video 3 times"."""
    said = without_words(question.prompt)
    return tuple(
        (name, json.dumps(_example(schema, said), ensure_ascii=False))
        for name, schema in question.tools.items()
        if name in said
        for _ in range(_times(name, said))
    )


def _times(name: str, said: str) -> int:
    found = re.search(rf"{name} (\d{{1,2}}) times", said)
    return int(found[1]) if found else 1


def _text(question: AskedQuestion, order: PaidOrder) -> str:
    said = without_words(question.prompt)
    if question.form is not None:
        text = json.dumps(_example(question.form, said), ensure_ascii=False)
        return text[: -len(text) // 2] if "bad-json" in order.words else text
    if "markdown" in order.words:
        return MARKDOWN
    if "long" in order.words or "chars" in order.words:
        return _of_length(order.words.get("chars") or LONG_CHARS)
    told = " ".join(_sentences(question, said, order))
    return f"{told}\n\n{_tour(question)}" if _is_plain(question) else told


def _is_plain(question: AskedQuestion) -> bool:
    """Whether it is the first of a person, with nothing in it to tell of.

    What speaks for people tells a model first what it is there for.
    """
    shown = question.pictures or question.videos or question.returned or question.searches
    return bool(question.system) and question.turns <= _FIRST_TURNS and not shown


def _tour(question: AskedQuestion) -> str:
    wish = "- write `make_image of a cat`, for a plan with a button that orders it\n"
    return TOUR + (wish if "make_image" in question.tools else "")


def _sentences(question: AskedQuestion, said: str, order: PaidOrder) -> list[str]:
    seconds = [f"{each:.1f} s" if each else "unknown length" for each in question.videos]
    facts = {
        f"You said: {said}": True,
        f"I see {question.pictures} pictures.": question.pictures,
        f"I watched {len(seconds)} videos: {', '.join(seconds)}.": seconds,
        f"The tools said: {'; '.join(question.returned)}": question.returned,
        "I searched the web.": question.searches,
        f"I was told: {question.system}": question.system and "system" in order.words,
        f"There were {question.turns} messages.": question.turns > _FIRST_TURNS,
        f"I remember {question.follows}.": question.follows,
    }
    return [sentence for sentence, is_so in facts.items() if is_so]


def _of_length(chars: int) -> str:
    """Numbered paragraphs, so that whoever loses one can see which."""
    line = "All work and no play makes a dull answer. 海浪🌊"
    lines = (f"{nth}. {line}\n\n" for nth in range(chars // len(line) + 1))
    return "".join(lines)[:chars]


def _example(schema: Json, said: str) -> object:
    """A value that a schema allows."""
    if options := schema.get("enum"):
        return cast("list[object]", options)[0]
    match schema.get("type"):
        case "object" | None:
            fields = cast("Mapping[str, Json]", schema.get("properties", {}))
            wanted = cast("list[str]", schema.get("required", list(fields)))
            return {name: _example(fields[name], said) for name in wanted if name in fields}
        case "array":
            return [_example(cast("Json", schema.get("items", {"type": "string"})), said)]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case _:
            return said
