"""A bot with an admin and people, in one chat of a platform in memory."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from core.commands.dispatch import Answer, dispatch
from core.engine.engine import Engine
from core.i18n import Locale
from core.invocation import IdFormat, Invocation, known
from core.people.access import Policy
from core.people.balance import HouseRules
from core.people.rate import OrderRate
from core.platform import ConversationRef, MessageRef, User, View
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.memory_platform import NAME

ANN, BOB, ROOT = (User(platform=NAME, id=name) for name in ("ann", "bob", "root"))
HERE = ConversationRef(platform=NAME, chat="1")
DESK = ConversationRef(platform=NAME, chat="root")
"""Where the admin is alone with the bot."""


@dataclass(frozen=True, slots=True)
class Community:
    """A bot whose people have limits."""

    harness: EngineHarness
    engine: Engine

    async def answer(
        self,
        line: str,
        user: User = ANN,
        *,
        to: User | None = None,
        place: ConversationRef = HERE,
        runs_chat: bool = False,
    ) -> View:
        """What is answered at once; nothing where there is no answer."""
        name, _, rest = line.partition(" ")
        invocation = Invocation(
            command=name,
            text=rest,
            user=user,
            conversation=place,
            replied=MessageRef(conversation=place, id="5") if to else None,
            replied_user=to,
            is_chat_admin=known(runs_chat),
            is_alone=place == DESK,
        )
        answer: Answer = await dispatch(self.engine, invocation, Locale.EN)
        return answer.view or View(text="")

    async def say(
        self,
        line: str,
        user: User = ANN,
        *,
        to: User | None = None,
        place: ConversationRef = HERE,
        runs_chat: bool = False,
    ) -> str:
        """The text of that, when all that was ordered is done."""
        view = await self.answer(line, user, to=to, place=place, runs_chat=runs_chat)
        await self.engine.idle()
        return view.text

    @property
    def captions(self) -> list[str]:
        return [write.text for write in self.harness.chat.writes if write.kind == "deliver"]

    @property
    def last_line(self) -> str:
        """Of the last caption."""
        return self.captions[-1].splitlines()[-2]


@asynccontextmanager
async def opened(
    folder: Path,
    rules: HouseRules | None = None,
    rate: OrderRate | None = None,
    ids: Mapping[str, IdFormat] | None = None,
) -> AsyncGenerator[Community]:
    options = SandboxOptions(state_dir=folder / "sandbox", speed=200, short_side=96, fps=8)
    async with serve(options) as root:
        harness = EngineHarness(
            folder=folder,
            root=root,
            house_rules=rules or HouseRules(),
            rate=rate or OrderRate(),
            policy=Policy(admins=frozenset({f"{NAME}:root"})),
            ids=ids or {},
        )
        async with harness.engine() as engine:
            yield Community(harness, engine)
