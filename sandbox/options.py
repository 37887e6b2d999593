"""How one sandbox behaves: how fast, how large, and where it remembers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SANDBOX_PORT = 8089
"""Where it is, unless that is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxOptions:
    """The settings of one sandbox.

    Attributes:
        state_dir: paid orders and rendered media; a sandbox started on it again goes on with both.
        speed: 2.0 is twice as fast; scales every wait.
        short_side: pixels of the short side of a video that is not HD.
        seconds_per_clip: time of one generation at speed 1.
        renders_ahead: videos are rendered while their clip runs, not when they are fetched; for
            demonstrations, where nobody minds the CPU.
        models: tables of a catalog, as in its files; played beside what the gateways document.
        chats: the same of chat models.
        speeches: the same of what listens.
    """

    state_dir: Path
    speed: float = 1.0
    short_side: int = 720
    fps: int = 24
    seconds_per_clip: float = 12.0
    renders_ahead: bool = False
    models: Sequence[Mapping[str, object]] = ()
    chats: Sequence[Mapping[str, object]] = ()
    speeches: Sequence[Mapping[str, object]] = ()
