"""Stars that Telegram has given back: by itself, or because /refund has asked it to."""

import logging
import time
from dataclasses import dataclass
from functools import partial

from telegram import Message, RefundedPayment
from telegram.constants import ChatID

from bots.admins import Admins
from bots.answers import Answers
from bots.telegram.ids import NAME
from bots.telegram.incoming import place_of
from bots.telegram.stars import StarsPrice
from core.errors import StorageError
from core.i18n import Locale, translate
from core.people.audit import Act
from core.people.credits import Purchase, Refund
from core.platform import Party, User, View
from core.services import Services
from core.storing import until_stored

log = logging.getLogger(__name__)

# Who has done it, in the audit: Telegram's own account.
_TELEGRAM = Party(platform=NAME, kind="user", id=str(int(ChatID.SERVICE_CHAT)))


@dataclass(frozen=True, slots=True, kw_only=True)
class StarsReturns:
    """Takes back the credits of payments that were given back, each once."""

    services: Services
    answers: Answers
    admins: Admins
    default: Locale

    async def take(self, message: Message, payment: RefundedPayment, price: StarsPrice) -> None:
        """Write it down, however long that takes, and tell its person and the admins."""
        charge = payment.telegram_payment_charge_id
        # Its person's, whoever the message has for a sender: it is about a private chat.
        sender = message.from_user
        spoken = sender.language_code if sender and not sender.is_bot else ""
        buyer = User(platform=NAME, id=str(message.chat.id), locale=spoken or "")
        store = self.services.credits.store
        # Should the payment itself be dealt with only now or later, it counts for nothing.
        purchase = Purchase(by=buyer.party, amount=price.bought(payment), charge=charge)
        await until_stored(f"payment {charge}", partial(store.buy, purchase))
        act = Act(
            by=_TELEGRAM,
            at=time.time(),
            command="refund",
            what=charge,
            place=place_of(message).party,
        )
        refund = await until_stored(f"payment {charge}", partial(store.refund, charge, act))
        # None it cannot be; and what /refund has taken back its admin was told.
        if refund and refund.is_new:
            log.info("payment %s: returned by Telegram to %s", charge, refund.to)
            await self._tell(message, buyer, charge, refund)

    async def _tell(self, message: Message, buyer: User, charge: str, refund: Refund) -> None:
        left, default = self.services.credits.currency.left, self.default
        amount = left(refund.amount, default)
        self.admins.tell("stars-returned", id=str(refund.to), charge=charge, amount=amount)
        place = place_of(message)
        try:
            locale = await self.answers.locale(buyer, place, default)
        except StorageError:
            locale = default
        amount = left(refund.amount, locale)
        said = translate(locale, "stars-returned-yours", charge=charge, amount=amount)
        await self.answers.say(place, View(text=said), user=buyer)
