"""The updates that wait for the bot: it fetches them, or they are brought to its webhook."""

import asyncio
from collections import deque
from collections.abc import Sequence
from itertools import count, islice
from typing import TypeVar

import httpx
from aiogram.methods import DeleteWebhook, GetUpdates, SetWebhook

from tests.fakes.change_signal import ChangeSignal
from tests.fakes.telegram.schema import BotApiError, Json
from tests.fakes.tls import TLS

Seen = TypeVar("Seen")
NEVER_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
MOST_UPDATES = 100
RETRY_SECONDS = 0.2
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
OTHER_POLL = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)


class Inbox:
    """The updates that the bot has not confirmed yet.

    Attributes:
        allowed: the kinds that the bot wants; None until it has said so.
        webhook: what setWebhook was told.
        brought: how often the webhook was called.
    """

    def __init__(self, changed: ChangeSignal) -> None:
        self.changed = changed
        self.pending: deque[Json] = deque()
        self.allowed: Sequence[str] | None = None
        self.webhook: SetWebhook | None = None
        self.last_error = ""
        self.brought = 0
        self.closed = False
        self._numbers = count(500_000_001)
        self._polls = 0

    def put(self, kind: str, body: Json) -> None:
        """Tell the bot."""
        if kind in (self.allowed or ()) or (not self.allowed and kind not in NEVER_BY_DEFAULT):
            self.pending.append({"update_id": next(self._numbers), kind: body})
            self.changed.notify()

    def close(self) -> None:
        """Let nobody wait any more."""
        self.closed = True
        self.changed.notify()

    async def poll(self, ask: GetUpdates) -> list[Json]:
        """Answer getUpdates."""
        if self.webhook:
            raise BotApiError(WEBHOOK_ACTIVE, 409)
        self._polls += 1
        mine = self._polls
        self.changed.notify()
        if ask.allowed_updates is not None:
            self.allowed = ask.allowed_updates
        self._confirm(ask.offset or 0)
        try:
            await self.changed.until(
                lambda: self.pending or self.closed or mine != self._polls, ask.timeout or 0
            )
        except TimeoutError:
            return []
        if mine != self._polls:
            raise BotApiError(OTHER_POLL, 409)
        return list(islice(self.pending, ask.limit or MOST_UPDATES))

    def set_webhook(self, ask: SetWebhook) -> bool:
        """Bring the updates from now on, or with an empty URL no more."""
        self.webhook = ask if ask.url else None
        if ask.allowed_updates is not None:
            self.allowed = ask.allowed_updates
        self._drop(ask)
        self.changed.notify()
        return True

    def delete_webhook(self, ask: DeleteWebhook) -> bool:
        """Let the bot fetch them again."""
        self.webhook = None
        self._drop(ask)
        return True

    def describe_webhook(self) -> Json:
        """Answer getWebhookInfo."""
        told: Json = {
            "url": self.webhook.url if self.webhook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self.pending),
        }
        return told | ({"last_error_message": self.last_error} if self.last_error else {})

    async def bring(self) -> None:
        """Bring the updates until they are taken: one after the other those of a chat."""
        async with httpx.AsyncClient(trust_env=False, timeout=90, verify=TLS) as client:
            while True:
                await self.changed.until(lambda: self.webhook and self.pending, None)
                first = {_queue(update): update for update in reversed(self.pending)}
                brought = [self._bring_one(client, update) for update in first.values()]
                if not all(await asyncio.gather(*brought)):
                    await asyncio.sleep(RETRY_SECONDS)

    async def _bring_one(self, client: httpx.AsyncClient, update: Json) -> bool:
        assert self.webhook
        self.brought += 1
        self.changed.notify()
        secret = self.webhook.secret_token
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        try:
            answer = await client.post(self.webhook.url, json=update, headers=headers)
        except httpx.TransportError as error:
            self.last_error = f"Connection failed: {type(error).__name__}"
            return False
        if not answer.is_success:
            self.last_error = f"Wrong response from the webhook: {answer.status_code}"
            return False
        if update in self.pending:
            self.pending.remove(update)
        self.changed.notify()
        return True

    def _drop(self, ask: SetWebhook | DeleteWebhook) -> None:
        if ask.drop_pending_updates:
            self.pending.clear()

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self.pending) > -offset:
                self.pending.popleft()
        while self.pending and self.pending[0]["update_id"] < offset:
            self.pending.popleft()


def _queue(update: Json) -> int:
    """What an update waits behind: the others of its chat, or of its person."""
    (told,) = [body for name, body in update.items() if name != "update_id"]
    message = told.get("message", told)
    return message["chat"]["id"] if "chat" in message else told["from"]["id"]
