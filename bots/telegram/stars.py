"""Credits for Telegram Stars: /buy, the payment, /refund, and what Telegram asks of sellers.

By Telegram's "Payments for digital goods": currency XTR, one price, no provider token; a checkout
is answered within ten seconds; whoever sells has /paysupport and /terms.
"""

import asyncio
import logging
import re
import time
from dataclasses import dataclass
from functools import partial

from telegram import (
    Bot,
    LabeledPrice,
    Message,
    PreCheckoutQuery,
    RefundedPayment,
    SuccessfulPayment,
)
from telegram.constants import InvoiceLimit
from telegram.error import TelegramError

from bots.answers import Answers
from bots.telegram.ids import NAME
from bots.telegram.incoming import is_masked, is_private, person, place_of, ref_of, user_of
from core.errors import StorageError, UserError
from core.i18n import Locale, explain, translate
from core.people.audit import Act
from core.people.credits import Purchase, Refund
from core.people.currency import THOUSANDTHS
from core.platform import ConversationRef, MessageRef, User, View
from core.redact import one_line, quote
from core.services import Services
from core.storing import until_stored
from core.validation import MOST_CREDITS

log = logging.getLogger(__name__)

COMMANDS = {
    "buy": "command-buy",
    "paysupport": "command-paysupport",
    "terms": "command-terms",
    "refund": "command-refund",
}
"""What can be typed, and the text that says what it does."""
FOR_ADMINS = frozenset({"refund"})
"""What only they can do, also when nothing is sold any more."""

_CURRENCY = "XTR"
_USUAL = 100
_PAYLOAD = re.compile(r"credits:(\d+):(\d+)")
# Telegram waits for ten.
_CHECKOUT_SECONDS = 7.0
_MOST_SUPPORT_CHARS = 1000
# The library writes the names of errors in other capitals than Telegram.
_REFUNDED = "CHARGE_ALREADY_REFUNDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class StarsPrice:
    """How many Stars credits cost."""

    per_100: int

    def of(self, credits_: int) -> int:
        """The price of so many, rounded up."""
        return -(-credits_ * self.per_100 // 100)

    @property
    def most(self) -> int:
        """How many credits one invoice can be for."""
        return min(InvoiceLimit.MAX_STAR_COUNT * 100 // self.per_100, MOST_CREDITS)

    def bought(self, payment: SuccessfulPayment | RefundedPayment) -> int:
        """How many credits somebody has paid for: as the invoice says, or by what it was."""
        invoice = _PAYLOAD.fullmatch(payment.invoice_payload)
        return int(invoice[1]) if invoice else payment.total_amount * 100 // self.per_100


@dataclass(frozen=True, slots=True, kw_only=True)
class StarsShop:
    """Sells credits, in private chats.

    Attributes:
        is_open: whether anything is sold. What was paid for counts all the same.
    """

    services: Services
    answers: Answers
    bot: Bot
    price: StarsPrice
    is_open: bool
    default: Locale

    async def take(self, message: Message, name: str, text: str) -> None:
        """Do one of `COMMANDS`."""
        locale = await self._locale(user_of(message), place_of(message))
        try:
            said = await self._do(message, name, text.strip(), locale)
        except UserError as error:
            said = explain(locale, error)
        except StorageError as error:
            log.warning("/%s: %s", name, error)
            said = translate(locale, "storage-error")
        if said:
            await self._say(message, said)

    async def _do(self, message: Message, name: str, text: str, locale: Locale) -> str:
        match name:
            case "buy":
                return await self._offer(message, text, locale)
            case "refund":
                return await self._refund(message, text, locale)
            case "paysupport":
                return await self._pass_on(message, text, locale)
            case _:
                return translate(locale, "terms")

    async def _offer(self, message: Message, text: str, locale: Locale) -> str:
        """Send an invoice; what is said instead, if anything."""
        user, place = user_of(message), place_of(message)
        await self.services.access.check(user, place)
        if not is_private(message) or message.from_user is None:
            return translate(
                locale, "buy-alone", link=f"https://t.me/{self.bot.username}?start=buy"
            )
        amount = self._amount(text)
        told = self.services.credits.currency.left(amount * THOUSANDTHS, locale)
        await self.answers.send(
            place,
            partial(
                self._send_invoice,
                message,
                amount,
                title=translate(locale, "buy-title", amount=told),
                description=translate(locale, "buy-description", amount=told),
            ),
        )
        return ""

    def _amount(self, text: str) -> int:
        """How many credits are wanted."""
        amount = int(text) if re.fullmatch(r"\d{1,7}", text, re.ASCII) else 0
        amount = amount if text else _USUAL
        if not 1 <= amount <= self.price.most:
            raise UserError("buy-amount", most=self.price.most)
        return amount

    async def _send_invoice(
        self, message: Message, amount: int, *, title: str, description: str
    ) -> MessageRef:
        sent = await self.bot.send_invoice(
            message.chat.id,
            title=title[: InvoiceLimit.MAX_TITLE_LENGTH],
            description=description[: InvoiceLimit.MAX_DESCRIPTION_LENGTH],
            payload=f"credits:{amount}:{user_of(message).id}",
            currency=_CURRENCY,
            prices=[LabeledPrice(title, self.price.of(amount))],
            provider_token="",
        )
        return ref_of(sent)

    async def check_out(self, query: PreCheckoutQuery) -> None:
        """Let somebody pay, if they will have what they pay for."""
        user = person(query.from_user)
        place = ConversationRef(platform=NAME, chat=user.id)
        locale, why = self.default, "checkout-later"
        try:
            async with asyncio.timeout(_CHECKOUT_SECONDS):
                locale = await self._locale(user, place)
                why = await self._objection(query, user, place)
        except (TimeoutError, StorageError) as error:
            log.warning("a checkout was refused: %s", error or "storage is slow")
        said = translate(locale, why) if why else None
        try:
            await query.answer(ok=not why, error_message=said)
        except TelegramError as error:
            log.warning("a checkout was not answered: %s", quote(error.message))

    async def _objection(self, query: PreCheckoutQuery, user: User, place: ConversationRef) -> str:
        """Why somebody cannot pay for this, as a text; "" if they can."""
        invoice = _PAYLOAD.fullmatch(query.invoice_payload)
        if invoice is None or invoice[2] != user.id or query.currency != _CURRENCY:
            return "checkout-not-yours"
        if not self.is_open:
            return "checkout-closed"
        amount = int(invoice[1])
        if query.total_amount != self.price.of(amount) or amount > self.price.most:
            return "checkout-price"
        if not await self.services.access.admits(user, place):
            return "checkout-denied"
        # Whether what they pay for could be written down.
        await self.services.credits.store.own(user.party)
        return "checkout-later" if self.services.room.objection() else ""

    async def paid(self, message: Message, payment: SuccessfulPayment) -> None:
        """Write down what was paid for, however long that takes, and then say so."""
        user = user_of(message)
        amount = self.price.bought(payment)
        charge = payment.telegram_payment_charge_id
        store, purchase = (
            self.services.credits.store,
            Purchase(by=user.party, amount=amount, charge=charge),
        )
        is_new = await until_stored(f"payment {charge}", partial(store.buy, purchase))
        log.info("payment %s: %d credits for %s", charge, amount, user.party)
        if is_new:
            locale = await self._spoken(user, place_of(message))
            await self._say(message, await self._told_bought(user, amount, charge, locale))

    async def _told_bought(self, user: User, amount: int, charge: str, locale: Locale) -> str:
        credits_ = self.services.credits
        bought = credits_.currency.left(amount * THOUSANDTHS, locale)
        try:
            own = credits_.currency.left(await credits_.store.own(user.party), locale)
        except StorageError:
            own = bought
        return translate(locale, "bought", amount=bought, own=own, charge=charge)

    async def _refund(self, message: Message, charge: str, locale: Locale) -> str:
        """Take the credits back, and then give the Stars back."""
        user = user_of(message)
        if not self.services.access.is_admin(user):
            raise UserError("admins-only")
        if not charge:
            raise UserError("refund-needs-charge")
        act = Act(
            by=user.party,
            at=time.time(),
            command="refund",
            what=charge,
            place=place_of(message).party,
        )
        # In this order: credits that were spent meanwhile cannot be had back.
        refund = await self.services.credits.store.refund(charge, act)
        if refund is None:
            raise UserError("refund-unknown")
        try:
            await self.bot.refund_star_payment(int(refund.to.id), charge)
        except TelegramError as error:
            if _REFUNDED not in error.message.upper():
                log.warning("payment %s was not refunded: %s", charge, quote(error.message))
                grant = f"/grant {refund.amount // THOUSANDTHS} {refund.to}"
                return translate(locale, "refund-refused", said=quote(error.message), grant=grant)
        return self._told_refunded(refund, locale)

    def _told_refunded(self, refund: Refund, locale: Locale) -> str:
        left = self.services.credits.currency.left
        return translate(
            locale,
            "refunded",
            id=str(refund.to),
            amount=left(refund.amount, locale),
        )

    async def _pass_on(self, message: Message, text: str, locale: Locale) -> str:
        """Tell the admins what somebody says about a payment."""
        if not text:
            return translate(locale, "paysupport")
        user = user_of(message)
        if is_masked(message):
            await self.services.access.check_name(user)
        self.services.rate.take(user.party)
        text = one_line(text[:_MOST_SUPPORT_CHARS])
        told = False
        for admin in self.services.access.policy.admins:
            platform, _, id_ = admin.partition(":")
            if platform == NAME:
                place = ConversationRef(platform=NAME, chat=id_)
                said = translate(locale, "paysupport-says", id=str(user.party), text=text)
                told |= await self.answers.say(place, View(text=said)) is not None
        return translate(locale, "paysupport-told" if told else "paysupport-nobody")

    async def _say(self, message: Message, text: str) -> None:
        await self.answers.say(
            place_of(message), View(text=text), ref_of(message), user=user_of(message)
        )

    async def _spoken(self, user: User, place: ConversationRef) -> Locale:
        try:
            return await self._locale(user, place)
        except StorageError:
            return self.default

    async def _locale(self, user: User, place: ConversationRef) -> Locale:
        return await self.answers.locale(user, place, self.default)
