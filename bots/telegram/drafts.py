"""Drafts: what Telegram shows in a private chat while it is being written."""

import asyncio
import logging
from collections import OrderedDict

from telegram import Bot
from telegram.error import BadRequest, InvalidToken, TelegramError

from bots.telegram.client import is_garbled
from bots.telegram.errors import meaning
from bots.telegram.formatting import FormattedText
from bots.telegram.limits import PRIVATE
from bots.telegram.rich import RichContent
from bots.telegram.richness import meaning_of_rich
from core.platform import MessageLostError
from core.redact import quote

log = logging.getLogger(__name__)

_REMEMBERED = 500


class MessageDrafts:
    """Shows drafts, as long as the server knows what they are.

    Two answers in one chat take turns: how often it may be drafted to is a matter of the chat.
    """

    def __init__(self) -> None:
        self.are_known = True
        self._free_at = OrderedDict[int, float]()

    async def show(
        self,
        bot: Bot,
        chat: int,
        thread: int | None,
        draft: int,
        shown: FormattedText | RichContent,
    ) -> bool:
        """Whether it is shown; where a text is not, no draft ever is.

        Raises:
            RefusedError: it does not show rich messages like this.
            SlowDownError, UnreachableError, MessageLostError: as `core.platform` has it.
        """
        await self._turn(chat)
        if isinstance(shown, RichContent):
            await _show_rich(bot, chat, thread, draft, shown)
            return True
        try:
            await bot.send_message_draft(
                chat,
                draft,
                shown.text,
                message_thread_id=thread,
                entities=shown.entities or None,
            )
        except TelegramError as error:
            told = meaning(error)
            if isinstance(told, MessageLostError) or not _is_refusal(error):
                raise told from error
            log.warning("the Bot API server shows no drafts: %s", quote(error.message))
            self.are_known = False
        return self.are_known

    async def _turn(self, chat: int) -> None:
        now = asyncio.get_running_loop().time()
        at = max(now, self._free_at.get(chat, now))
        self._free_at[chat] = at + (PRIVATE.previews.edit_seconds if PRIVATE.previews else 0)
        self._free_at.move_to_end(chat)
        if len(self._free_at) > _REMEMBERED:
            self._free_at.popitem(last=False)
        await asyncio.sleep(at - now)


async def _show_rich(
    bot: Bot, chat: int, thread: int | None, draft: int, shown: RichContent
) -> None:
    given = {
        "chat_id": chat,
        "message_thread_id": thread,
        "draft_id": draft,
        "rich_message": shown.as_json(),
    }
    try:
        await bot.do_api_request("sendRichMessageDraft", api_kwargs=given)
    except TelegramError as error:
        raise meaning_of_rich(error) from error


def _is_refusal(error: TelegramError) -> bool:
    """Whether the method itself is not taken; the library takes a 404 for a wrong token."""
    return isinstance(error, BadRequest | InvalidToken) and not is_garbled(error)
