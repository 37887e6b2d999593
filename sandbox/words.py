"""All #words that the sandbox obeys; what they mean stands in docs/sandbox.md."""

from sandbox.desk import BROKEN
from sandbox.dialects import DIALECTS
from sandbox.downloads import DOWNLOADS
from sandbox.edits import EDITS
from sandbox.orders import WORD
from sandbox.refusals import REFUSALS
from sandbox.tasks import POLLS

OBEYED_ELSEWHERE = ("busy", "events", "private-link", "slow")
WORDS = frozenset((*REFUSALS, *BROKEN, *EDITS, *POLLS, *DOWNLOADS, *DIALECTS, *OBEYED_ELSEWHERE))


def without_words(prompt: str) -> str:
    """The prompt as a person would say it: for the picture."""
    spoken = WORD.sub(lambda word: "" if word[1].lower() in WORDS else word[0], prompt)
    return " ".join(spoken.split())
