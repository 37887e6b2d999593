"""A chat model as a catalog file describes it: data, never code."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from core.catalog.served import Rate, Served, Sort
from core.media import MediaKind
from core.talk import Question, Usage

_PRICED_TOKENS = 1_000_000


class ChatAbility(StrEnum):
    """What somebody may want of an answer."""

    CHAT = "chat"
    VISION = "vision"
    WATCHING = "watching"
    TOOLS = "tools"
    STRUCTURE = "structure"
    SEARCH = "search"
    THINKING = "thinking"


class ChatModel(Served):
    """What answers questions, and of which kinds.

    Attributes:
        vision: whether it looks at pictures.
        video: whether it watches videos: at an address that it opens itself, or also inline.
        tools: whether it can call them.
        structured: whether its answer can be held to a JSON schema, or only to JSON.
        search: whether it can search the web.
        thinking: "option" thinks when it is asked to, "always" cannot be kept from it.
        thinking_suffix: what its name on the wire then ends with.
        thinking_budget: how many tokens it may think, where that is told.
        streams: whether its answer comes piece by piece.
        context_tokens: how long question and answer may be together.
        answer_tokens: the most that an answer may have, where that is told.
        input_credits, output_credits: price of a million tokens, in the operator's unit
            (presets: about 1 US cent).
        idle_seconds: how long it may be silent.
    """

    vision: bool = False
    video: Literal["no", "link", "inline"] = "no"
    tools: bool = False
    structured: Literal["no", "json", "schema"] = "no"
    search: bool = False
    thinking: Literal["no", "option", "always"] = "no"
    thinking_suffix: str = ""
    thinking_budget: Annotated[int, Field(ge=0)] | None = None
    streams: bool = True
    context_tokens: Annotated[int, Field(ge=1)] = 8192
    answer_tokens: Annotated[int, Field(ge=1)] | None = None
    input_credits: Rate
    output_credits: Rate
    idle_seconds: Annotated[int, Field(ge=1)] = 180

    @property
    def sort(self) -> Sort:
        """What it makes."""
        return "chat"

    @property
    def wire_names(self) -> frozenset[str]:
        """All names that options can make of it."""
        name = self.wire or self.name
        return frozenset({name, name + self.thinking_suffix})

    def wire_name(self, question: Question) -> str:
        """What it is called on the wire for this question."""
        return (self.wire or self.name) + (self.thinking_suffix if question.thinks else "")

    def credits_for(self, usage: Usage) -> float:
        """The price of an answer."""
        spent = usage.input_tokens * self.input_credits + usage.output_tokens * self.output_credits
        return spent / _PRICED_TOKENS


def can_chat(model: ChatModel, ability: ChatAbility) -> bool:
    """Whether this is among the things that a model does."""
    return _CAN[ability](model)


def needs_of(question: Question) -> frozenset[ChatAbility]:
    """What a model must be able to do to answer this question."""
    wanted = {
        ChatAbility.CHAT: True,
        ChatAbility.VISION: question.has(MediaKind.IMAGE),
        ChatAbility.WATCHING: question.has(MediaKind.VIDEO),
        ChatAbility.TOOLS: bool(question.tools),
        ChatAbility.STRUCTURE: question.schema is not None,
        ChatAbility.SEARCH: question.searches,
        ChatAbility.THINKING: question.thinks,
    }
    return frozenset(ability for ability, is_wanted in wanted.items() if is_wanted)


_CAN: Mapping[ChatAbility, Callable[[ChatModel], bool]] = {
    ChatAbility.CHAT: lambda _: True,
    ChatAbility.VISION: lambda model: model.vision,
    ChatAbility.WATCHING: lambda model: model.video != "no",
    ChatAbility.TOOLS: lambda model: model.tools,
    ChatAbility.STRUCTURE: lambda model: model.structured != "no",
    ChatAbility.SEARCH: lambda model: model.search,
    ChatAbility.THINKING: lambda model: model.thinking != "no",
}
