"""The row of an answer that has ended: how, at which price, and stored."""

import time
from dataclasses import replace
from functools import partial

from core.errors import Fault
from core.exchanges import Exchange, ExchangeState, ledger_ref
from core.i18n import Locale
from core.services import Services
from core.storing import until_stored


def ended(exchange: Exchange, fault: Fault | None, *, stopped: bool) -> Exchange:
    """The row of an answer that has ended like this."""
    if fault:
        state = ExchangeState.BROKEN if exchange.has_words else ExchangeState.FAILED
    else:
        state = ExchangeState.STOPPED if stopped else ExchangeState.DONE
    return replace(exchange, state=state, fault=fault, ended_at=time.time())


async def with_price(services: Services, exchange: Exchange) -> Exchange:
    """The row of an answer that has ended, with what its person is told of its price."""
    locale, ref = Locale(exchange.locale), ledger_ref(exchange.id)
    tell = services.credits.told_paid
    paid = await tell(exchange.user, exchange.conversation, locale, ref=ref, paid=exchange.credits)
    return replace(exchange, paid=paid)


async def store_surely(services: Services, exchange: Exchange) -> None:
    """Store the row of an answer, however long that takes.

    Raises:
        LostRunError: another process has it.
    """
    await until_stored(f"answer {exchange.id}", partial(services.exchanges.save, exchange))
