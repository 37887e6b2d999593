"""What a command is: its name, its options, and what it does."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, Field

from core.catalog import Ability, ChatAbility
from core.commands.shared_options import OF
from core.engine.engine import Engine
from core.events import Event
from core.i18n import Locale
from core.invocation import Invocation
from core.jobs import Job
from core.options.options import OPTIONS_CONFIG, Option, OptionHelp, OptionKind, describe
from core.people.audit import Act, named
from core.people.preferences import Preferences, speak
from core.people.sessions import Area
from core.platform import Party, View
from core.services import Services

T = TypeVar("T", bound=BaseModel)
PROMPT = "prompt"


class Audience(StrEnum):
    """Who may use a command: anybody at all, who has access, or the bot's admins.

    Chat admins may for their own chat, and the command looks for what.
    """

    ANYBODY = "anybody"
    ADMITTED = "admitted"
    CHAT_ADMINS = "chat-admins"
    ADMINS = "admins"

    @property
    def is_everybodys(self) -> bool:
        """Whether menus and /help show it to everybody."""
        return self in {Audience.ANYBODY, Audience.ADMITTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a command has at hand.

    Attributes:
        locale: the language of the answer.
        preferences: what counts for this user in this chat.
        event: what gets one effect, where the command pays.
        job: the job that the command names (see `Command.job`), which this user may decide about.
        is_proposal: whether a model wants it for the user: what costs something is only shown, to
            be ordered by a button of theirs.
        hears_others: whether that model was told or shown what is not the user's own words: then
            nothing that it wants is ordered without them, however cheap.
    """

    engine: Engine
    invocation: Invocation
    locale: Locale
    preferences: Preferences
    event: Event | None = None
    job: Job | None = None
    is_proposal: bool = False
    hears_others: bool = False

    @property
    def spoken(self) -> Locale:
        """The language of what is written into the chat; an answer on a page may have another."""
        is_same = self.invocation.reads is None
        return (
            self.locale if is_same else speak(self.preferences, self.invocation.user, self.locale)
        )

    @property
    def where_read(self) -> Literal["chat", "page"]:
        """Where the answer is read: commands are typed in a chat, and buttons on a page."""
        return "page" if self.invocation.reads else "chat"

    @property
    def services(self) -> Services:
        """The stores, the catalog and the gateways."""
        return self.engine.services

    @property
    def is_admin(self) -> bool:
        """Whether the user is one of the bot's admins."""
        return self.services.access.is_admin(self.invocation.user)

    async def manages_chat(self) -> bool:
        """Whether the user may decide for everybody in this chat."""
        return self.is_admin or await self.invocation.is_chat_admin()

    def act(self, about: Party | str, what: str = "") -> Act:
        """What the user is doing, as it is written down with its effect."""
        invocation = self.invocation
        return Act(
            by=invocation.user.party,
            at=time.time(),
            command=invocation.command,
            about=named(about),
            what=what,
            place=invocation.conversation.party,
        )

    def decision(self, about: Party | str, what: str = "") -> Act:
        """The same of what can be decided any number of times: it counts as an order does.

        Raises:
            UserError: it is one too many, of somebody who is no admin of the bot.
        """
        if not self.is_admin:
            self.services.rate.take(self.invocation.user.party)
        return self.act(about, what)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Generic[T]):
    """One command, the same on every platform.

    `options` feeds the text grammar, the menus and /help; the text `command-<name>` describes it.
    `run` gives the answer, or None when it has answered by itself. It may raise UserError.
    What is not `is_typed` stands behind buttons; it can be typed, too, but no menu shows it.
    `pictures` is how many may come along, 0 where they mean nothing; `videos` whether these may be
    videos as well. `hears` is whether it listens to what was said aloud.
    `needs` is what a model must be able to do for it, and `also_needs` what else one must; while
    none is, nobody is offered it.

    The rest are facts by which dispatch and the platforms treat it, whatever its name is.

    Attributes:
        pays: whether it may cost something, so that one event does it once.
        job: the option that names a job, which has to be one's own.
        managed: who else may do it to a job: who runs the chat, there; or only admins of the bot.
            These may wherever they are.
        result: the option that names a result; replying to the result names it, too.
        personal: whether its answer matters to nobody but whoever asked.
        check: raises UserError where it is no use to ask for the options that are missing.
        current: what the option that is asked for says already, for whoever changes it.
        area: the pages that it leads to; where there are none, nobody is offered it.
    """

    name: str
    options: type[T]
    run: Callable[[Context, T], Awaitable[View | None]]
    audience: Audience = Audience.ADMITTED
    pictures: int = 0
    videos: bool = False
    hears: bool = False
    needs: Ability | ChatAbility | None = None
    also_needs: ChatAbility | None = None
    is_typed: bool = True
    pays: bool = False
    job: str = ""
    managed: Literal["", Audience.CHAT_ADMINS, Audience.ADMINS] = ""
    result: str = ""
    personal: bool = False
    check: Callable[[Context], Awaitable[None]] | None = None
    current: Callable[[Context], str] | None = None
    area: Area | None = None

    @property
    def all_needs(self) -> tuple[Ability | ChatAbility, ...]:
        """All that models must be able to do for it."""
        return tuple(need for need in (self.needs, self.also_needs) if need)

    @property
    def needs_prompt(self) -> bool:
        """Whether it cannot be done without a prompt."""
        prompt = self.options.model_fields.get(PROMPT)
        return prompt is not None and prompt.is_required()

    @property
    def place(self) -> str:
        """The option that says where something should go; "" if it has none."""
        return self._named(OptionKind.PLACE)

    @property
    def person(self) -> str:
        """The option that says whom it is about; "" if it has none."""
        return self._named(OptionKind.PERSON)

    def _named(self, kind: OptionKind) -> str:
        options = describe(self.options)
        return next((each.name for each in options if each.kind is kind), "")

    def option(self, name: str) -> OptionHelp | None:
        """One of its options, as help and menus show it."""
        return next((each for each in describe(self.options) if each.name == name), None)


class NoOptions(BaseModel):
    """No options at all."""

    model_config = OPTIONS_CONFIG


class JobOptions(BaseModel):
    """Which of one's own jobs: its number in /status, or its id (what buttons send)."""

    model_config = OPTIONS_CONFIG

    job: Annotated[
        str | None, Option(patterns=(r"#?([0-9a-z]{1,32})",)), Field(description="option-job")
    ] = None


class ResultOptions(BaseModel):
    """Which result."""

    model_config = OPTIONS_CONFIG

    of: Annotated[str | None, OF, Field(description="option-of")] = None
