"""What a crowd asks for: of all models, with everything that a gateway can do wrong."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Literal

MODELS = (
    "chat-video",
    "tasks",
    "videos",
    "seedance",
    "dashscope",
    "omni",
    "minimax",
    "openrouter",
    "xai",
    "fal",
    "replicate",
    "newapi",
)
PAINTERS = ("images", "gemini", "chat-image", "openrouter-images")
TALKERS = ("talk", "responses", "gemini-text", "completions")
WITH_PICTURE = ("chat-video", "tasks", "seedance")

WORD = re.compile(r"\bw\d{4}w\b")

# The words of docs/sandbox.md, but for those that set a model aside for everybody.
REFUSED = ("quota", "forbidden", "busy", "html", "error-200", "fail-prompt")
LOST = ("timeout-524", "reset", "empty", "hang")
FAILING = ("fail-moderation", "nolink")
DOWNLOADS = (
    "private-link",
    "redirect-private",
    "truncated",
    "truncated-once",
    "not-video",
    "expired",
)
ODD = ("slow", "cut", "late", "poll-errors", "unknown-status", "odd-url", "cut-lost", "bytes")
WORDS = (*REFUSED, *LOST, *FAILING, *DOWNLOADS, *ODD)
SAID = ("reset", "hang", "cut", "busy", "error-chunk", "slow", "think")

# Of a hundred wishes.
_PLAIN, _ANSWERS, _PICTURES, _REGRETS = 50, 20, 15, 15
Regret = Literal["", "once", "twice", "late"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdWish:
    """What somebody wants.

    Attributes:
        word: said by nobody else, so that it is found again wherever it comes.
        command: "video", "image" or "ask".
        regret: whether and how they press its Stop: once, twice at once, or when it is over, too.
    """

    word: str
    command: str
    model: str
    prompt: str
    pictured: bool = False
    regret: Regret = ""


def plain(first: int) -> Iterator[CrowdWish]:
    """One wish for each model, which nothing speaks against."""
    for number, model in enumerate((*MODELS, *PAINTERS, *TALKERS), first):
        word = f"w{number:04}w"
        yield CrowdWish(word=word, command=_command(model), model=model, prompt=f"{word} a cat")


def wishes(random: Random, first: int = 0) -> Iterator[CrowdWish]:
    """Wishes without end."""
    for number in count(first):
        yield _wish(random, f"w{number:04}w")


def _wish(random: Random, word: str) -> CrowdWish:
    is_question = random.randrange(100) < _ANSWERS
    model = random.choice(TALKERS if is_question else (*MODELS, *PAINTERS))
    odd = random.choice(SAID if is_question else WORDS)
    told = "" if random.randrange(100) < _PLAIN else f" #{odd}"
    regrets: Sequence[Regret] = ("once", "twice", "late")
    return CrowdWish(
        word=word,
        command=_command(model),
        model=model,
        prompt=f"{word}{told} a cat",
        pictured=model in WITH_PICTURE and random.randrange(100) < _PICTURES * 3,
        regret=random.choice(regrets) if random.randrange(100) < _REGRETS else "",
    )


def _command(model: str) -> str:
    return "ask" if model in TALKERS else "image" if model in PAINTERS else "video"
