"""Media as they are sent: one as a message with buttons, several as an album."""

from collections.abc import Sequence
from dataclasses import dataclass

from telegram import Bot, InlineKeyboardMarkup, Message, ReplyParameters

from bots.telegram.uploads import Upload, caption_of
from core.platform import MediaPost

# Telegram looks into a video before it answers.
POST_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PostTarget:
    """Where a post goes, and what stands around it."""

    chat: str
    thread: int | None
    reply: ReplyParameters | None
    markup: InlineKeyboardMarkup | None


async def send(
    bot: Bot, place: PostTarget, uploads: Sequence[Upload], post: MediaPost
) -> list[Message]:
    """Send all of them in one request."""
    if len(uploads) > 1:
        return await _send_album(bot, place, uploads, post)
    # The forms differ in what Telegram does to them: photos are made smaller, videos probed.
    if post.as_documents:
        return [await _send_document(bot, place, uploads[0], post)]
    if uploads[0].is_video:
        return [await _send_video(bot, place, uploads[0], post)]
    return [await _send_photo(bot, place, uploads[0], post)]


async def _send_video(bot: Bot, place: PostTarget, upload: Upload, post: MediaPost) -> Message:
    return await bot.send_video(
        place.chat,
        upload.file,
        caption=caption_of(post.view.text),
        width=upload.asset.width,
        height=upload.asset.height,
        duration=upload.seconds,
        supports_streaming=True,
        thumbnail=upload.thumbnail,
        has_spoiler=post.spoiler,
        message_thread_id=place.thread,
        reply_parameters=place.reply,
        reply_markup=place.markup,
        read_timeout=POST_SECONDS,
    )


async def _send_photo(bot: Bot, place: PostTarget, upload: Upload, post: MediaPost) -> Message:
    return await bot.send_photo(
        place.chat,
        upload.file,
        caption=caption_of(post.view.text),
        has_spoiler=post.spoiler,
        message_thread_id=place.thread,
        reply_parameters=place.reply,
        reply_markup=place.markup,
        read_timeout=POST_SECONDS,
    )


async def _send_document(bot: Bot, place: PostTarget, upload: Upload, post: MediaPost) -> Message:
    return await bot.send_document(
        place.chat,
        upload.file,
        caption=caption_of(post.view.text),
        thumbnail=upload.thumbnail,
        disable_content_type_detection=True,
        message_thread_id=place.thread,
        reply_parameters=place.reply,
        reply_markup=place.markup,
        read_timeout=POST_SECONDS,
    )


async def _send_album(
    bot: Bot, place: PostTarget, uploads: Sequence[Upload], post: MediaPost
) -> list[Message]:
    # The caption of the first is shown below the whole album.
    captions = [caption_of(post.view.text), *("" for _ in uploads[1:])]
    media = [
        upload.as_media(post, caption) for upload, caption in zip(uploads, captions, strict=True)
    ]
    sent = await bot.send_media_group(
        place.chat,
        media,
        message_thread_id=place.thread,
        reply_parameters=place.reply,
        read_timeout=POST_SECONDS,
    )
    return list(sent)
