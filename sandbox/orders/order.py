"""What was asked for and paid: one order per accepted creation."""

import re
import time
from enum import StrEnum
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field, computed_field

from sandbox.options import SandboxOptions

WORD = re.compile(r"#([a-z][a-z0-9-]*)(?:=(\d+))?", re.IGNORECASE)
SLOW_FACTOR = 5


class Kind(StrEnum):
    """The wire protocol over which an order came."""

    CHAT = "chat"
    V2 = "v2"
    SEEDANCE = "seedance"
    VIDEOS = "videos"
    CHARACTER = "character"
    IMAGES = "images"
    DASHSCOPE = "dashscope"
    GEMINI = "gemini"
    MINIMAX = "minimax"
    NEWAPI = "newapi"
    OMNI = "omni"
    OPENROUTER = "openrouter"
    OPENROUTER_IMAGES = "openrouter_images"
    XAI = "xai"
    COMFYUI = "comfyui"
    FAL = "fal"
    REPLICATE = "replicate"
    TALK = "talk"


PLAIN = frozenset(
    {
        Kind.COMFYUI,
        Kind.DASHSCOPE,
        Kind.FAL,
        Kind.MINIMAX,
        Kind.OMNI,
        Kind.OPENROUTER,
        Kind.REPLICATE,
        Kind.XAI,
    }
)
"""Protocols whose ids are plain ones: their models have slashes in their names."""


class PaidOrder(BaseModel):
    """One paid creation, as it lies on disk.

    Attributes:
        ratio: width to height as "W:H".
        images: how many pictures came with it.
        source: the id of the task whose video is to be changed.
        private: whether nobody may change its video.
        hook: who is called when it is over.
        picture: whether it is for pictures, of `scale` times the usual side.
        mask: whether a mask came behind the pictures.
        inline: whether the answer holds the pictures themselves.
        accepted_at: wall clock, so that a later process knows how far the task is.
    """

    model_config = ConfigDict(frozen=True)

    kind: Kind
    model: str
    prompt: str
    ratio: str
    seconds: int
    hd: bool = False
    count: int = 1
    images: int = 0
    source: str = ""
    private: bool = False
    hook: str = ""
    picture: bool = False
    scale: int = 1
    mask: bool = False
    inline: bool = False
    id: str = Field(default_factory=lambda: uuid4().hex)
    accepted_at: float = Field(default_factory=time.time)

    @computed_field
    @property
    def task_id(self) -> str:
        """The id on the wire; its colon is what a client has to percent-encode."""
        if self.kind is Kind.V2:
            return f"{self.model}:task_{self.id}"
        if self.kind is Kind.NEWAPI:
            return f"task_{self.id}"
        if self.kind is Kind.VIDEOS:
            return f"video_{UUID(self.id)}"
        if self.kind is Kind.SEEDANCE:
            return (
                f"cgt-{time.strftime('%Y%m%d%H%M%S', time.gmtime(self.accepted_at))}-{self.id[:8]}"
            )
        if self.kind in PLAIN:
            return str(UUID(self.id))
        return f"{self.model}:{UUID(self.id)}"

    @property
    def words(self) -> dict[str, int | None]:
        """The #words of the prompt and their numbers, known or not."""
        found = WORD.findall(self.prompt)
        return {word.lower(): int(number) if number else None for word, number in found}

    @property
    def size(self) -> tuple[int, int]:
        """The ratio as two numbers."""
        width, height = self.ratio.split(":")
        return int(width), int(height)


def wait_seconds(order: PaidOrder, options: SandboxOptions) -> float:
    """How long this order takes by the clock on the wall."""
    factor = SLOW_FACTOR if "slow" in order.words else 1
    return options.seconds_per_clip * factor / options.speed


def fraction_done(order: PaidOrder, options: SandboxOptions) -> float:
    """How far the order is now, 0..1; needs nothing but the clock."""
    elapsed = time.time() - order.accepted_at
    return max(0.0, min(1.0, elapsed / wait_seconds(order, options)))
