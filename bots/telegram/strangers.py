"""Who is left alone: those who are banned, and bots that nobody has allowed."""

from telegram import Message, Update

from bots.telegram.incoming import person, place_of, user_of
from core.people.access import Access


def is_banned(access: Access, update: Update) -> bool:
    """Whether an update is left alone. Payments count all the same, and so does a new id."""
    if message := update.effective_message:
        presser = update.callback_query.from_user if update.callback_query else None
        user = person(presser) if presser else user_of(message)
        is_payment = message.successful_payment or message.refunded_payment
        has_to_be_taken = is_payment or message.migrate_to_chat_id
        return not has_to_be_taken and access.bans(user, place_of(message))
    # A checkout is refused, not left: somebody is about to pay.
    query = update.inline_query
    return query is not None and access.bans(person(query.from_user))


async def is_foreign_bot(access: Access, message: Message) -> bool:
    """Whether another bot has written a message, which no admin has allowed by its id."""
    author = message.from_user
    # Whoever writes as a chat has a bot of Telegram's for a sender.
    if author is None or not author.is_bot or message.sender_chat:
        return False
    return not await access.is_named(person(author))
