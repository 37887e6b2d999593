"""What the methods of the Bot API do in the Telegram stand-in."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from aiogram import methods as api
from aiogram import types
from pydantic import BaseModel

from tests.fakes.telegram import posts, stars
from tests.fakes.telegram.chat import TelegramChat, TelegramUser
from tests.fakes.telegram.schema import BotApiError, Json, Method
from tests.fakes.telegram.world import TelegramWorld

DOWNLOAD_BYTES = 20 << 20
ID_BYTES = 64
MOST_RESULTS = 50
MOST_ANSWER_CHARS = 200
MOST_COMMANDS = 100
ADMIN_RIGHTS = (
    *("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages"),
    *("can_manage_video_chats", "can_restrict_members", "can_promote_members"),
    *("can_change_info", "can_invite_users"),
    *("can_post_stories", "can_edit_stories", "can_delete_stories"),
)
CACHED = (
    types.InlineQueryResultCachedDocument,
    types.InlineQueryResultCachedPhoto,
    types.InlineQueryResultCachedVideo,
)
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


def run(world: TelegramWorld, ask: Method) -> Any:
    """Do what is asked and give the result as JSON."""
    return HANDLERS[type(ask)](world, ask)


def _get_file(world: TelegramWorld, ask: api.GetFile) -> Json:
    file = world.files.find(ask.file_id)
    if file.size_bytes > DOWNLOAD_BYTES and not world.local_dir:
        raise BotApiError("Bad Request: file is too big")
    names = {"file_id": file.id, "file_unique_id": file.unique_id}
    place = str(world.local_dir / file.path) if world.local_dir else file.path
    return names | {"file_size": file.size_bytes, "file_path": place}


def _answer_query(
    world: TelegramWorld, ask: api.AnswerCallbackQuery | api.AnswerInlineQuery
) -> bool:
    inline = isinstance(ask, api.AnswerInlineQuery)
    query = world.queries.get(ask.inline_query_id if inline else ask.callback_query_id)
    if query is None:
        raise BotApiError(TOO_OLD)
    if inline:
        _check_results(world, ask)
    elif len(ask.text or "") > MOST_ANSWER_CHARS:
        raise BotApiError("Bad Request: MESSAGE_TOO_LONG")
    query.answers.append(ask.model_dump(mode="json", exclude_unset=True))
    return True


def _check_results(world: TelegramWorld, ask: api.AnswerInlineQuery) -> None:
    ids = [result.id for result in ask.results]
    if len(ids) > MOST_RESULTS:
        raise BotApiError("Bad Request: RESULTS_TOO_MUCH")
    if len(set(ids)) < len(ids):
        raise BotApiError("Bad Request: RESULT_ID_DUPLICATE")
    if any(not 1 <= len(each.encode()) <= ID_BYTES for each in ids):
        raise BotApiError("Bad Request: RESULT_ID_INVALID")
    if len((ask.next_offset or "").encode()) > ID_BYTES:
        raise BotApiError("Bad Request: NEXT_OFFSET_INVALID")
    for result in ask.results:
        if isinstance(result, CACHED):
            _check_cached(world, result)
        posts.read_markup(result.reply_markup)


def _check_cached(world: TelegramWorld, result: BaseModel) -> None:
    told = result.model_dump()
    kind = told["type"]
    world.files.find(told[f"{kind}_file_id"], kind)
    posts.read_caption(told["caption"], told["parse_mode"])


def _set_commands(world: TelegramWorld, ask: api.SetMyCommands) -> bool:
    if len(ask.commands) > MOST_COMMANDS:
        raise BotApiError("Bad Request: BOT_COMMANDS_TOO_MUCH")
    for each in ask.commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", each.command):
            raise BotApiError("Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(each.description) <= 256:
            raise BotApiError("Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    world.commands[_scope(ask)] = [
        {"command": each.command, "description": each.description} for each in ask.commands
    ]
    return True


def _delete_commands(world: TelegramWorld, ask: api.DeleteMyCommands) -> bool:
    world.commands.pop(_scope(ask), None)
    return True


def _scope(ask: api.SetMyCommands | api.GetMyCommands | api.DeleteMyCommands) -> tuple[str, str]:
    scope = ask.scope.model_dump(exclude_none=True) if ask.scope else {"type": "default"}
    return ":".join(str(each) for each in scope.values()), ask.language_code or ""


def _chat(world: TelegramWorld, ask: api.GetChat) -> Json:
    gifts = "unlimited_gifts limited_gifts unique_gifts premium_subscription gifts_from_channels"
    accepted = dict.fromkeys(gifts.split(), False)
    known = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": accepted}
    return world.chat(ask.chat_id).describe() | known


def _member(world: TelegramWorld, chat: TelegramChat, user_id: int) -> Json:
    person = world.me if user_id == world.me.id else chat.members.get(user_id)
    if person is None:
        stranger = TelegramUser(id=user_id, name="Somebody")
        return {"status": "left", "user": stranger.describe()}
    if user_id in chat.admins:
        rights = dict.fromkeys(ADMIN_RIGHTS, False)
        return {"status": "administrator", "user": person.describe(), **rights}
    return {"status": "member", "user": person.describe()}


def _admins(world: TelegramWorld, ask: api.GetChatAdministrators) -> list[Json]:
    chat = world.chat(ask.chat_id)
    if chat.type == "private":
        raise BotApiError("Bad Request: there are no administrators in the private chat")
    return [_member(world, chat, each) for each in sorted(chat.admins)]


def _me(world: TelegramWorld, _: api.GetMe) -> Json:
    can = {
        "can_join_groups": True,
        "supports_inline_queries": True,
        "can_read_all_group_messages": not world.privacy,
    }
    cannot = dict.fromkeys(("can_connect_to_business", "has_main_web_app"), False)
    return world.me.describe() | can | cannot


HANDLERS: Mapping[type[Method], Callable[[TelegramWorld, Any], Any]] = {
    api.AnswerCallbackQuery: _answer_query,
    api.AnswerInlineQuery: _answer_query,
    api.AnswerPreCheckoutQuery: stars.answer_checkout,
    api.DeleteMessage: posts.delete,
    api.DeleteMyCommands: _delete_commands,
    api.EditMessageCaption: posts.edit_caption,
    api.EditMessageMedia: posts.edit_media,
    api.EditMessageReplyMarkup: posts.edit_markup,
    api.EditMessageText: posts.edit_text,
    api.GetChat: _chat,
    api.GetChatAdministrators: _admins,
    api.GetChatMember: lambda world, ask: _member(world, world.chat(ask.chat_id), ask.user_id),
    api.GetFile: _get_file,
    api.GetMe: _me,
    api.GetMyCommands: lambda world, ask: world.commands.get(_scope(ask), []),
    api.RefundStarPayment: stars.refund,
    api.SendInvoice: stars.send_invoice,
    api.SendChatAction: lambda world, ask: bool(world.chat(ask.chat_id)),
    api.SendDocument: posts.send_document,
    api.SendMediaGroup: posts.send_media_group,
    api.SendMessage: posts.send_message,
    api.SendMessageDraft: posts.send_draft,
    api.SendPhoto: posts.send_photo,
    api.SendRichMessage: posts.send_rich,
    api.SendRichMessageDraft: posts.send_rich_draft,
    api.SendVideo: posts.send_video,
    api.SetMyCommands: _set_commands,
}
