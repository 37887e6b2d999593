"""All #words that the sandbox obeys; what they mean stands in docs/sandbox.md."""

from sandbox.desk import BROKEN
from sandbox.dialects import DIALECTS
from sandbox.downloads import DOWNLOADS
from sandbox.edits import EDITS
from sandbox.hooks import HOOK_WORDS
from sandbox.image_answers import GEMINI_ENDS, IMAGE_ENDS, PICTURE_WORDS
from sandbox.orders import WORD
from sandbox.refusals import REFUSALS
from sandbox.seedance import SEEDANCE_POLLS
from sandbox.tasks import POLLS
from sandbox.video_states import VIDEO_POLLS

OBEYED_ELSEWHERE = ("busy", "events", "private-link", "slow")
WORDS = frozenset(
    (
        *(*REFUSALS, *BROKEN, *EDITS, *DOWNLOADS, *DIALECTS, *HOOK_WORDS, *OBEYED_ELSEWHERE),
        *(*POLLS, *VIDEO_POLLS, *SEEDANCE_POLLS),
        *(*IMAGE_ENDS, *GEMINI_ENDS, *PICTURE_WORDS),
    )
)


def without_words(prompt: str) -> str:
    """The prompt as a person would say it: for the picture."""
    spoken = WORD.sub(lambda word: "" if word[1].lower() in WORDS else word[0], prompt)
    return " ".join(spoken.split())
