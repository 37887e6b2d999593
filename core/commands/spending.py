"""What a command pays a gateway for that has no row of its own: only the ledger knows of it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

from core.commands.command import Context
from core.people.credits import Spender
from core.people.currency import THOUSANDTHS, thousandths
from core.storing import until_stored


@asynccontextmanager
async def reserved(context: Context, ref: str, price: float) -> AsyncGenerator[None]:
    """Ask a gateway for something with its price reserved, and the event taken with it.

    What fails costs nothing. What a stop or a kill breaks off stays charged: it may have been
    paid, and nobody asks for it again.

    Args:
        context: of the command.
        ref: that of all entries about it in the ledger.
        price: what it may cost, in credits.

    Raises:
        UserError: the person may not spend so much.
        TakenError: the event has had its effect.
    """
    credits_, invocation = context.services.credits.store, context.invocation
    spender = Spender(user=invocation.user.party, chat=invocation.conversation.party)
    await credits_.reserve(spender, ref, thousandths(price), context.event)
    try:
        yield
    except Exception:
        await settled(context, ref, 0.0)
        raise


async def settled(context: Context, ref: str, price: float) -> float:
    """Let it cost so many credits, and give back the rest; gives what it has cost."""
    settle = partial(context.services.credits.store.settle, ref, thousandths(price))
    return await until_stored(ref, settle) / THOUSANDTHS
