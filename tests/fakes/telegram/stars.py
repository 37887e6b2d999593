"""Telegram Stars in the stand-in: invoices, checkouts, payments and refunds."""

from dataclasses import replace

from aiogram import methods as api

from tests.fakes.telegram import posts
from tests.fakes.telegram.chat import MessageVersion
from tests.fakes.telegram.schema import BotApiError, Json
from tests.fakes.telegram.world import StarPayment, TelegramWorld

MOST_STARS = 25_000


def send_invoice(world: TelegramWorld, ask: api.SendInvoice) -> Json:
    """Show a price; whoever sees it may pay."""
    if ask.currency != "XTR" or ask.provider_token:
        raise BotApiError("Bad Request: PAYMENT_PROVIDER_INVALID")
    if len(ask.prices) != 1 or not 1 <= ask.prices[0].amount <= MOST_STARS:
        raise BotApiError("Bad Request: STARS_INVOICE_INVALID")
    if not 1 <= len(ask.title) <= 32 or not 1 <= len(ask.description) <= 255:
        raise BotApiError("Bad Request: INVOICE_TITLE_INVALID")
    if not 1 <= len(ask.payload.encode()) <= 128:
        raise BotApiError("Bad Request: INVOICE_PAYLOAD_INVALID")
    message = posts.add(world, ask, MessageVersion(text=ask.title))
    message.service = {
        "invoice": {
            "title": ask.title,
            "description": ask.description,
            "start_parameter": "",
            "currency": "XTR",
            "total_amount": ask.prices[0].amount,
        }
    }
    world.invoices[message.chat.id, message.id] = ask
    return message.describe()


def answer_checkout(world: TelegramWorld, ask: api.AnswerPreCheckoutQuery) -> bool:
    """Hear whether somebody may pay."""
    query = world.queries.get(ask.pre_checkout_query_id)
    if query is None or query.answers:
        raise BotApiError("Bad Request: query is too old or was answered")
    if not ask.ok and not ask.error_message:
        raise BotApiError("Bad Request: error message must be non-empty")
    query.answers.append(ask.model_dump(mode="json", exclude_unset=True))
    return True


def refunded(payment: StarPayment, charge: str) -> Json:
    """What the service message about Stars that were given back says."""
    ask = payment.invoice
    return {
        "refunded_payment": {
            "currency": ask.currency,
            "total_amount": ask.prices[0].amount,
            "invoice_payload": ask.payload,
            "telegram_payment_charge_id": charge,
        }
    }


def refund(world: TelegramWorld, ask: api.RefundStarPayment) -> bool:
    """Give Stars back, once."""
    payment = world.payments.get(ask.telegram_payment_charge_id)
    if payment is None or payment.user_id != ask.user_id:
        raise BotApiError("Bad Request: CHARGE_NOT_FOUND")
    if payment.refunded:
        raise BotApiError("Bad Request: CHARGE_ALREADY_REFUNDED")
    world.payments[ask.telegram_payment_charge_id] = replace(payment, refunded=True)
    return True
