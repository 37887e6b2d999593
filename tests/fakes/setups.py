"""Bots as operators set them up: which gateways have a key, and what can be ordered there."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import sandbox
from core.catalog import Catalog, load
from core.catalog.cooldown import Cooldown
from core.dialects import DIALECTS

_DATA = load((), tuple(DIALECTS))
PRESETS = ("147ai", "apiyi", "eronmind", "whatai")
# What is asked would be another gateway's, and change with each preset that is added.
OTHERS = frozenset(_DATA.gateways) - set(PRESETS)
"""The gateways whose key tests do not have unless they say so."""
ALWAYS = (
    "forget",
    "status",
    "cancel",
    "retry",
    "again",
    "share",
    "models",
    "settings",
    "balance",
)
"""What everybody may do whichever model is ready, in the order of the menus; /help comes last."""
CHATS = ("enhance", "describe", "ask", "stop", "model", "system")
"""What can be done where a chat model is ready."""
ADMINS = (
    "allow",
    "deny",
    "ban",
    "grant",
    "limits",
    "pause",
    "resume",
    "aside",
    "unaside",
    "jobs",
    "stats",
    "gateways",
    "audit",
    "broadcast",
)
"""What only admins of the bot may do, in the same order."""
MAKERS = ("video", "image", "remix", "storyboard", "character", "characters")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """A choice of keys.

    Attributes:
        makers: the commands of MAKERS that some ready model can do; chats: those of CHATS.
        example: what a newcomer is told to type in English.
    """

    gateways: tuple[str, ...]
    makers: tuple[str, ...]
    example: str
    chats: tuple[str, ...] = ()

    @property
    def offered(self) -> tuple[str, ...]:
        """The commands for everybody but /help, in the order of the menus."""
        return (*self.makers, *self.chats, *ALWAYS)

    @property
    def catalog(self) -> Catalog:
        # What one test has set aside is none of another's business.
        return replace(_catalog(self.gateways), cooldown=Cooldown())


@cache
def _catalog(gateways: tuple[str, ...]) -> Catalog:
    """Read once: many tests go through all choices of keys."""
    files = [Path(sandbox.__file__).parent / "catalog.toml"] if "sandbox" in gateways else []
    return Catalog(data=load(files, tuple(DIALECTS)), ready_gateways=frozenset(gateways))


SETUPS = {
    "147ai": SetUp(
        gateways=("147ai",),
        makers=("video",),
        example="/video a cat surfing",
    ),
    "apiyi": SetUp(
        gateways=("apiyi",),
        makers=("video",),
        example="/video portrait a cat surfing",
    ),
    "eronmind": SetUp(
        gateways=("eronmind",),
        makers=("video",),
        example="/video portrait a cat surfing",
    ),
    "whatai": SetUp(
        gateways=("whatai",),
        makers=("video", "image"),
        chats=CHATS,
        example="/video portrait 15s a cat surfing",
    ),
    "openrouter": SetUp(
        gateways=("openrouter",),
        makers=("video", "image"),
        chats=CHATS,
        example="/video portrait 15s a cat surfing",
    ),
    "fal": SetUp(
        gateways=("fal",),
        makers=("video", "image"),
        example="/video portrait 15s a cat surfing",
    ),
    "replicate": SetUp(
        gateways=("replicate",),
        makers=("video", "image"),
        example="/video portrait 15s a cat surfing",
    ),
    "xai": SetUp(
        gateways=("xai",),
        makers=("video", "image"),
        example="/video portrait 15s a cat surfing",
    ),
    "apiyi-grok": SetUp(
        gateways=("apiyi-grok",),
        makers=("video",),
        example="/video portrait 15s a cat surfing",
    ),
    "apiyi-seedance2": SetUp(
        gateways=("apiyi-seedance2",),
        makers=("video",),
        example="/video portrait 15s a cat surfing",
    ),
    "apiyi-seedance25": SetUp(
        gateways=("apiyi-seedance25",),
        makers=("video",),
        example="/video portrait 15s a cat surfing",
    ),
    "byteplus": SetUp(
        gateways=("byteplus",),
        makers=("video",),
        example="/video portrait 15s a cat surfing",
    ),
    "dashscope": SetUp(
        gateways=("dashscope",),
        makers=("video",),
        example="/video portrait 15s a cat surfing",
    ),
    "gemini": SetUp(
        gateways=("gemini",),
        makers=("video", "image"),
        example="/video portrait 15s a cat surfing",
    ),
    "minimax": SetUp(
        gateways=("minimax",),
        makers=("video",),
        example="/video portrait 15s a cat surfing",
    ),
    "newapi": SetUp(
        gateways=("newapi",),
        makers=("video",),
        example="/video portrait 15s a cat surfing",
    ),
    "volcengine": SetUp(
        gateways=("volcengine",),
        makers=("video",),
        example="/video portrait 15s a cat surfing",
    ),
    "all four": SetUp(
        gateways=PRESETS,
        makers=("video", "image"),
        chats=CHATS,
        example="/video portrait 15s a cat surfing",
    ),
    "sandbox": SetUp(
        gateways=("sandbox", *PRESETS),
        makers=MAKERS,
        chats=CHATS,
        example="/video portrait 15s a cat surfing",
    ),
}
