"""All #words that the sandbox obeys; what they mean stands in docs/sandbox.md."""

from sandbox.media.faults import DOWNLOADS
from sandbox.orders.callbacks import CALLBACK_WORDS
from sandbox.orders.intake import BROKEN
from sandbox.orders.order import WORD
from sandbox.orders.refusals import REFUSALS
from sandbox.protocols.chat.edits import EDITS
from sandbox.protocols.chat.styles import STYLES
from sandbox.protocols.images.answers import (
    GEMINI_ENDS,
    IMAGE_ENDS,
    OPENROUTER_ENDS,
    PICTURE_WORDS,
)
from sandbox.protocols.live.comfy_jobs import COMFY_WORDS
from sandbox.protocols.live.protocols import LIVE_WORDS
from sandbox.protocols.seedance.seedance import SEEDANCE_POLLS
from sandbox.protocols.tasks.states import POLLS
from sandbox.protocols.videos.states import VIDEO_POLLS

ANSWER_WORDS = (
    "bad-json",
    "chars",
    "length",
    "long",
    "markdown",
    "system",
    "think",
    "tools-forever",
)
OBEYED_ELSEWHERE = ("busy", "events", "private-link", "slow")
WORDS = frozenset(
    (
        *(*REFUSALS, *BROKEN, *EDITS, *DOWNLOADS, *STYLES, *CALLBACK_WORDS, *OBEYED_ELSEWHERE),
        *(
            *POLLS,
            *VIDEO_POLLS,
            *SEEDANCE_POLLS,
            *LIVE_WORDS,
            *COMFY_WORDS,
        ),
        *(*IMAGE_ENDS, *GEMINI_ENDS, *OPENROUTER_ENDS, *PICTURE_WORDS, *ANSWER_WORDS),
    )
)


def without_words(prompt: str) -> str:
    """The prompt as a person would say it: for the picture."""
    spoken = WORD.sub(lambda word: "" if word[1].lower() in WORDS else word[0], prompt)
    return " ".join(spoken.split())
