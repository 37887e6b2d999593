"""How messages are sent, edited and deleted in the Telegram stand-in."""

from dataclasses import replace
from typing import cast

from aiogram import methods as api
from aiogram import types
from pydantic import BaseModel

from tests.fakes.telegram.chat import MessageVersion, TelegramChat, TelegramMessage
from tests.fakes.telegram.files import FileKind, StoredFile
from tests.fakes.telegram.rich import read_rich
from tests.fakes.telegram.schema import BotApiError, Json, TelegramUpload
from tests.fakes.telegram.text import MarkupError, check_entities, plain
from tests.fakes.telegram.world import TelegramWorld

TEXT_CHARS = 4096
CAPTION_CHARS = 1024
DATA_BYTES = 64
PHOTO_BYTES = 10 << 20
SAME = (
    "Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message"
)

Album = types.InputMediaPhoto | types.InputMediaVideo | types.InputMediaDocument
Send = (
    api.SendMessage
    | api.SendRichMessage
    | api.SendPhoto
    | api.SendVideo
    | api.SendDocument
    | api.SendInvoice
    | api.SendMediaGroup
)
Edit = (
    api.EditMessageText
    | api.EditMessageCaption
    | api.EditMessageMedia
    | api.EditMessageReplyMarkup
)


def send_message(world: TelegramWorld, ask: api.SendMessage) -> Json:
    post = add(world, ask, MessageVersion(text=_text(ask), entities=_entities(ask)))
    # Whatever was shown until then, this is what it has become.
    post.chat.drafts.clear()
    return post.describe()


def send_rich(world: TelegramWorld, ask: api.SendRichMessage) -> Json:
    post = add(world, ask, read_rich(ask.rich_message))
    post.chat.drafts.clear()
    return post.describe()


def send_photo(world: TelegramWorld, ask: api.SendPhoto) -> Json:
    return _send_file(world, ask, _file(world, "photo", ask.photo, ask))


def send_video(world: TelegramWorld, ask: api.SendVideo) -> Json:
    return _send_file(world, ask, _file(world, "video", ask.video, ask))


def send_document(world: TelegramWorld, ask: api.SendDocument) -> Json:
    return _send_file(world, ask, _file(world, "document", ask.document, ask))


def _send_file(
    world: TelegramWorld, ask: api.SendPhoto | api.SendVideo | api.SendDocument, file: StoredFile
) -> Json:
    version = MessageVersion(
        caption=read_caption(ask.caption, ask.parse_mode),
        file=file,
        spoiler=bool(getattr(ask, "has_spoiler", None)),
    )
    return add(world, ask, version).describe()


def send_media_group(world: TelegramWorld, ask: api.SendMediaGroup) -> list[Json]:
    if not 2 <= len(ask.media) <= 10:
        raise BotApiError("Bad Request: wrong number of messages in the album")
    kinds = {each.type for each in ask.media}
    if len(kinds) > 1 and not kinds <= {"photo", "video"}:
        raise BotApiError("Bad Request: document can't be mixed with other media types")
    album = str(next(world.albums))
    versions = [_medium(world, each) for each in ask.media]
    return [add(world, ask, version, album).describe() for version in versions]


def _medium(world: TelegramWorld, medium: BaseModel) -> MessageVersion:
    if not isinstance(medium, Album):
        raise BotApiError(f"Bad Request: the stand-in does not know {type(medium).__name__}")
    kind = cast("FileKind", medium.type)
    return MessageVersion(
        caption=read_caption(medium.caption, medium.parse_mode),
        file=_file(world, kind, medium.media, medium),
        spoiler=bool(getattr(medium, "has_spoiler", None)),
    )


def add(
    world: TelegramWorld, ask: Send, version: MessageVersion, album: str = ""
) -> TelegramMessage:
    """Add a message of the bot's to a chat."""
    chat = world.chat(ask.chat_id)
    reply_to = _target(chat, ask.reply_parameters)
    thread = ask.message_thread_id or (reply_to and reply_to.thread)
    if thread and not (thread in chat.posts and chat.posts[thread].topic):
        raise BotApiError("Bad Request: message thread not found")
    is_private = chat.type == "private"
    markup = read_markup(getattr(ask, "reply_markup", None), is_private=is_private)
    return chat.add(
        TelegramMessage(
            chat=chat,
            id=next(chat.numbers),
            sender=world.me,
            history=[replace(version, markup=markup, at=world.now())],
            reply_to=reply_to,
            thread=thread,
            album=album,
        )
    )


def _target(chat: TelegramChat, wanted: types.ReplyParameters | None) -> TelegramMessage | None:
    if wanted is None:
        return None
    found = chat.posts.get(wanted.message_id or 0)
    if found is None and wanted.allow_sending_without_reply is not True:
        raise BotApiError("Bad Request: message to be replied not found")
    return found


def edit_text(world: TelegramWorld, ask: api.EditMessageText) -> Json:
    post = _found(world, ask)
    if post.file:
        raise BotApiError("Bad Request: there is no text in the message to edit")
    # A server that does not know the field passes over it.
    if ask.rich_message and world.knows_rich:
        if ask.text is not None:
            raise BotApiError("Bad Request: text and rich_message can't be used together")
        version = read_rich(ask.rich_message)
    else:
        version = replace(post.now, text=_text(ask), entities=_entities(ask), rich=())
    return _revise(world, ask, version)


def edit_caption(world: TelegramWorld, ask: api.EditMessageCaption) -> Json:
    post = _found(world, ask)
    if not post.file:
        raise BotApiError("Bad Request: there is no caption in the message to edit")
    caption = read_caption(ask.caption, ask.parse_mode)
    return _revise(world, ask, replace(post.now, caption=caption))


def edit_media(world: TelegramWorld, ask: api.EditMessageMedia) -> Json:
    _found(world, ask)
    return _revise(world, ask, _medium(world, ask.media))


def edit_markup(world: TelegramWorld, ask: api.EditMessageReplyMarkup) -> Json:
    return _revise(world, ask, _found(world, ask).now)


def _revise(world: TelegramWorld, ask: Edit, version: MessageVersion) -> Json:
    """Show something else; a keyboard that is not given again is gone."""
    post = _found(world, ask)
    markup = read_markup(ask.reply_markup, is_private=post.chat.type == "private")
    version = replace(version, markup=markup, at=world.now())
    if version == post.now:
        raise BotApiError(SAME)
    post.history.append(version)
    return post.describe()


def _found(world: TelegramWorld, ask: Edit) -> TelegramMessage:
    if ask.inline_message_id:
        raise BotApiError("Bad Request: MESSAGE_ID_INVALID")
    post = world.chat(ask.chat_id).posts.get(ask.message_id or 0)
    if post is None:
        raise BotApiError("Bad Request: message to edit not found")
    if post.sender != world.me:
        raise BotApiError("Bad Request: message can't be edited")
    return post


def delete(world: TelegramWorld, ask: api.DeleteMessage) -> bool:
    chat = world.chat(ask.chat_id)
    post = chat.posts.get(ask.message_id)
    if post is None:
        raise BotApiError("Bad Request: message to delete not found")
    mine = post.sender == world.me or chat.type == "private"
    if not mine and world.me.id not in chat.admins:
        raise BotApiError("Bad Request: message can't be deleted")
    del chat.posts[post.id]
    return True


def send_draft(world: TelegramWorld, ask: api.SendMessageDraft) -> bool:
    text = _text(ask) if ask.text else ""
    return _draft(world, ask, MessageVersion(text=text, entities=_entities(ask)))


def send_rich_draft(world: TelegramWorld, ask: api.SendRichMessageDraft) -> bool:
    return _draft(world, ask, read_rich(ask.rich_message, draft=True))


def _draft(
    world: TelegramWorld,
    ask: api.SendMessageDraft | api.SendRichMessageDraft,
    version: MessageVersion,
) -> bool:
    chat = world.chat(ask.chat_id)
    if chat.type != "private":
        raise BotApiError("Bad Request: method is available only in private chats")
    if not ask.draft_id:
        raise BotApiError("Bad Request: DRAFT_ID_INVALID")
    chat.drafts[ask.draft_id] = replace(version, at=world.now())
    chat.drafted.append(chat.drafts[ask.draft_id])
    return True


def _text(ask: api.SendMessage | api.EditMessageText | api.SendMessageDraft) -> str:
    shown = _plain(ask.text or "", ask.parse_mode)
    if not shown:
        raise BotApiError("Bad Request: message text is empty")
    if len(shown.encode("utf-16-le")) // 2 > TEXT_CHARS:
        raise BotApiError("Bad Request: message is too long")
    return shown


def _entities(
    ask: api.SendMessage | api.EditMessageText | api.SendMessageDraft,
) -> tuple[Json, ...]:
    given = [each.model_dump(mode="json", exclude_unset=True) for each in ask.entities or ()]
    text = ask.text or ""
    try:
        check_entities(text, given)
    except MarkupError as error:
        raise BotApiError(f"Bad Request: can't parse entities: {error}") from None
    return tuple(given)


def read_caption(text: str | None, parse_mode: object) -> str:
    shown = _plain(text or "", parse_mode)
    if len(shown) > CAPTION_CHARS:
        raise BotApiError("Bad Request: message caption is too long")
    return shown


def _plain(text: str, parse_mode: object) -> str:
    try:
        return plain(text, parse_mode)
    except MarkupError as error:
        raise BotApiError(f"Bad Request: can't parse entities: {error}") from None


def read_markup(markup: BaseModel | None, *, is_private: bool = False) -> Json | None:
    if markup is None:
        return None
    if isinstance(markup, types.InlineKeyboardMarkup):
        for button in (button for row in markup.inline_keyboard for button in row):
            _check_button(button, is_private=is_private)
        if not any(markup.inline_keyboard):
            return None
    return markup.model_dump(mode="json", exclude_unset=True)


def _check_button(button: types.InlineKeyboardButton, *, is_private: bool) -> None:
    does = button.model_fields_set - {"text", "style", "icon_custom_emoji_id"}
    if not button.text or len(does) != 1:
        raise BotApiError("Bad Request: can't parse inline keyboard button")
    size = len((button.callback_data or "").encode())
    if page := button.web_app:
        _check_page(page.url, is_private=is_private)
    if "callback_data" in does and not 1 <= size <= DATA_BYTES:
        raise BotApiError("Bad Request: BUTTON_DATA_INVALID")


def _check_page(url: str, *, is_private: bool) -> None:
    if not url.startswith("https://"):
        said = (
            f"inline keyboard button Web App URL '{url}' is invalid: Only HTTPS links are allowed"
        )
        raise BotApiError(f"Bad Request: {said}")
    if not is_private:
        raise BotApiError("Bad Request: BUTTON_TYPE_INVALID")


def _file(world: TelegramWorld, kind: FileKind, given: object, ask: BaseModel) -> StoredFile:
    """Take an uploaded file, or find one of the servers by its id."""
    if not isinstance(given, TelegramUpload):
        return world.files.find(str(given), kind)
    if kind == "photo":
        if given.size_bytes > PHOTO_BYTES:
            raise BotApiError("Bad Request: file is too big for a photo")
        return world.files.keep_photo(given)
    thumbnail = getattr(ask, "thumbnail", None)
    # Not told is not known: the real ones make large videos a square of no length
    return world.files.keep(
        kind,
        given,
        getattr(ask, "width", None) or 320,
        getattr(ask, "height", None) or 320,
        duration_seconds=getattr(ask, "duration", None) or 0,
        streaming=bool(getattr(ask, "supports_streaming", None)),
        thumbnail=world.files.keep_thumbnail(thumbnail) if thumbnail else None,
    )
