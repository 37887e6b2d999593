"""From updates to invocations: every way in which a person gives a command and pictures."""

import logging
from collections.abc import Collection
from dataclasses import replace

from telegram import InlineQuery, Message, Update
from telegram.error import TelegramError

from bots.admins import Admins
from bots.answers import Answers
from bots.telegram import stars as stars_shop
from bots.telegram.albums import Albums
from bots.telegram.at_work import AtWork
from bots.telegram.buttons import TelegramButtons
from bots.telegram.chat_admins import ChatAdmins
from bots.telegram.commands import TelegramCommands
from bots.telegram.conversation import TelegramPlatform
from bots.telegram.edits import Edits
from bots.telegram.form import Forms, is_guided, opened
from bots.telegram.forwards import Forwards
from bots.telegram.incoming import (
    is_private,
    is_said_aloud,
    person,
    place_of,
    ref_of,
    text_of,
    user_of,
)
from bots.telegram.long_texts import LongTexts
from bots.telegram.questions import FormQuestion, Questions, is_question
from bots.telegram.sharing import answer_inline
from bots.telegram.stars import StarsPrice, StarsShop
from bots.telegram.stars_returns import StarsReturns
from bots.telegram.strangers import is_banned, is_foreign_bot
from bots.telegram.supergroups import Supergroups
from core.catalog import Catalog
from core.commands import COMMANDS, Commands
from core.commands.ask import ASK, HEAR
from core.commands.examples import first_example
from core.commands.offer import is_offered
from core.commands.typed import Typed, meant, read_typed
from core.engine.engine import Engine
from core.i18n import Locale, locale_of, translate
from core.people.sessions import Area
from core.platform import MessageRef, RefusedError, View
from core.redact import quote

log = logging.getLogger(__name__)

# What Telegram's clients send by themselves when somebody opens the bot.
_START = "start"


class TelegramAdapter:
    """Takes updates in.

    Args:
        default: the language for people whose own we do not know.
        quiet_seconds: an album, or a long text, is whole when nothing of it came for so long.
        commands: what can be asked for.
    """

    def __init__(
        self,
        engine: Engine,
        platform: TelegramPlatform,
        default: Locale,
        quiet_seconds: float = 1.5,
        commands: Commands = COMMANDS,
    ) -> None:
        self._services = services = engine.services
        self._table = commands
        self._ours = frozenset({_START, *commands})
        self._bot = platform.bot
        self._default = default
        self._answers = Answers(services, platform, default)
        # What was paid for while credits were sold counts whenever Telegram tells it.
        self._shop = self._shop_at(StarsPrice(per_100=100), is_open=False)
        admins = Admins(services, sorted(services.access.policy.admins), default)
        self._returns = StarsReturns(
            services=services, answers=self._answers, admins=admins, default=default
        )
        self._supergroups = Supergroups(services, platform.moved)
        self._at_work = AtWork()
        self._albums = Albums(quiet_seconds)
        self._long_texts = LongTexts(quiet_seconds)
        # The apps wait for nothing in between, so this is short: every order waits for it.
        self._forwards = Forwards(quiet_seconds / 2)
        self._forms = Forms()
        self._questions = Questions(answers=self._answers, platform=platform)
        self._edits = Edits()
        chat_admins = ChatAdmins(platform.bot)
        self._commands = TelegramCommands(
            engine=engine,
            services=services,
            platform=platform,
            answers=self._answers,
            chat_admins=chat_admins,
            albums=self._albums,
            forwards=self._forwards,
            default=default,
            commands=commands,
        )
        self._buttons = TelegramButtons(
            engine=engine,
            answers=self._answers,
            questions=self._questions,
            chat_admins=chat_admins,
            forms=self._forms,
            default=default,
            commands=commands,
        )

    def sell(self, price: StarsPrice) -> None:
        """Sell credits from now on."""
        self._shop = self._shop_at(price, is_open=True)
        self._ours |= stars_shop.COMMANDS.keys()

    def _shop_at(self, price: StarsPrice, *, is_open: bool) -> StarsShop:
        return StarsShop(
            services=self._services,
            answers=self._answers,
            bot=self._bot,
            price=price,
            is_open=is_open,
            default=self._default,
        )

    @property
    def sells(self) -> bool:
        """Whether credits can be bought here."""
        return self._shop.is_open

    @property
    def catalog(self) -> Catalog:
        """What can be made, which decides what is offered."""
        return self._services.catalog

    @property
    def areas(self) -> Collection[Area]:
        """What has pages, which decides it, too."""
        return self._services.sessions.areas

    async def take(self, update: Update) -> None:
        """Do whatever an update asks for."""
        if is_banned(self._services.access, update):
            return
        if message := update.message or update.channel_post:
            await self._on_message(message)
        elif edited := update.edited_message or update.edited_channel_post:
            await self._on_edit(edited)
        elif update.callback_query:
            await self._buttons.press(update.callback_query)
        elif update.inline_query:
            await self._on_inline(update.inline_query)
        elif update.pre_checkout_query:
            await self._shop.check_out(update.pre_checkout_query)

    async def apologize(self, update: Update, incident: str) -> None:
        """Say politely that nobody expected what has happened."""
        message = update.effective_message
        if message is None:
            return
        locale = locale_of(user_of(message).locale, self._default)
        view = View(text=translate(locale, "unexpected-error", id=incident))
        try:
            await self._answers.say(place_of(message), view, user=user_of(message))
        except (RefusedError, TelegramError) as error:
            log.warning("nor could that be said: %s", quote(str(error)))

    async def _on_message(self, message: Message) -> None:
        # Telegram's own word, whoever it has for a sender.
        if message.refunded_payment:
            await self._returns.take(message, message.refunded_payment, self._shop.price)
            return
        # A channel's post comes once more in the group for its comments.
        if message.is_automatic_forward or await is_foreign_bot(self._services.access, message):
            return
        if message.successful_payment:
            await self._shop.paid(message, message.successful_payment)
            return
        self._edits.remember(message)
        self._albums.note(message)
        with self._at_work.on(message):
            await self._deal_with(message)
            await self._belong(message)

    async def _deal_with(self, message: Message) -> None:
        if self._forwards.claims(message):
            await self._at_work.rest(message)
            return
        whole = await self._long_texts.whole(message, sees_all=self._sees_all(message))
        if whole is None:
            await self._at_work.rest(message)
            return
        await self._supergroups.follow(message)
        typed = self._typed(whole.text)
        question = None if typed else self._question(message)
        is_meant = typed is not None and self._is_meant(message, typed)
        if whole.is_cut and (is_meant or question or is_private(message)):
            await self._reply(message, "text-cut")
        elif question:
            await self._take_answer(message, whole.text, question)
        elif typed and is_meant:
            await self._take(message, typed)
        elif not typed:
            await self._take_words(message, whole.text)

    async def _belong(self, message: Message) -> None:
        """Stay with the order, which another picture of the same album may have become."""
        if message.media_group_id:
            await self._albums.around(message)
            await self._at_work.rest(message)

    def _typed(self, text: str, *, alone: bool = False) -> Typed | None:
        typed = read_typed(text, (f"@{self._bot.username}",), alone=alone)
        return typed and meant(typed, self.catalog)

    def _is_meant(self, message: Message, typed: Typed) -> bool:
        return typed.addressed or is_private(message) or typed.command in self._ours

    def _sees_all(self, message: Message) -> bool:
        return is_private(message) or bool(self._bot.bot.can_read_all_group_messages)

    async def _take(self, message: Message, typed: Typed) -> None:
        text = typed.text.strip()
        starts = typed.command == _START
        # A link to the bot may name a command, which then has no words.
        name, words = (text, "") if starts else (typed.command, text)
        command = self._table.get(name)
        if name in stars_shop.COMMANDS and self._has_shop_for(message, name):
            await self._shop.take(message, name, words)
            return
        if not words and command and is_guided(command) and is_offered(self.catalog, command):
            await self._open_form(message, name)
        elif starts:
            await self._reply(message, "how-to-start" if self.catalog.chosen else "no-model-ready")
        else:
            await self._commands.take(message, name, typed.text)

    def _has_shop_for(self, message: Message, name: str) -> bool:
        """Whether credits are sold, or an admin gives back what was paid while they were."""
        is_admins = name in stars_shop.FOR_ADMINS
        return self._shop.is_open or (
            is_admins and self._services.access.is_admin(user_of(message))
        )

    async def _open_form(self, message: Message, name: str) -> None:
        pictures = await self._commands.prepare(message, name)
        if pictures is None:
            return
        form = opened(message, name, pictures, await self._locale(message), self.catalog)
        shown = await self._answers.say(
            place_of(message), form.view(), form.opened_by, user=form.user
        )
        if shown:
            self._forms.keep(shown, form)

    def _question(self, message: Message) -> tuple[MessageRef, FormQuestion] | None:
        """The question of ours that a message answers."""
        asked = self._replied(message)
        question = self._questions.at(ref_of(asked)) if asked else None
        return (ref_of(asked), question) if asked and question else None

    def _replied(self, message: Message) -> Message | None:
        replied = message.reply_to_message
        return replied if replied and replied.from_user == self._bot.bot else None

    async def _take_words(self, message: Message, text: str) -> None:
        """Neither a command nor the bot's name is in front: only in private it is for the bot.

        Or where it replies to an answer, which it then goes on from.
        """
        ours = self._replied(message)
        if ours and is_question(text_of(ours)):
            await self._reply(message, "ask-lost")
        elif (
            ours
            and (text or is_said_aloud(message))
            and await self._services.exchanges.said_in(ref_of(ours))
        ):
            await self._commands.take(message, ASK.name, text)
        elif is_private(message) and is_said_aloud(message):
            await self._commands.take(message, HEAR.name, "")
        elif is_private(message) and text and not message.via_bot:
            typed = self._typed(text, alone=True)
            # What somebody else has said orders nothing.
            if typed and message.forward_origin:
                typed = replace(typed, command="")
            if typed:
                await self._take(message, typed)

    async def _take_answer(
        self, message: Message, answer: str, asked: tuple[MessageRef, FormQuestion]
    ) -> None:
        where, question = asked
        if not answer or question.user.party != user_of(message).party:
            return
        self._questions.close(where)
        await self._commands.take_answer(message, question, answer)

    async def _on_edit(self, message: Message) -> None:
        """A command counts as it was sent; who corrects it is told so, once."""
        typed = self._typed(text_of(message))
        if typed is None or typed.command not in self._ours:
            return
        if self._is_meant(message, typed) and self._edits.is_news(message):
            await self._reply(message, "edited-command")

    async def _on_inline(self, query: InlineQuery) -> None:
        locale = locale_of(person(query.from_user).locale, self._default)
        await answer_inline(self._services, query, locale)

    async def _reply(self, message: Message, key: str) -> None:
        locale = await self._locale(message)
        example = first_example(locale, self.catalog, self._table.values())
        view = View(text=translate(locale, key, example=example))
        await self._answers.say(place_of(message), view, ref_of(message), user=user_of(message))

    async def _locale(self, message: Message) -> Locale:
        return await self._answers.locale(user_of(message), place_of(message), self._default)
