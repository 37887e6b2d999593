"""What stands in an interaction or a message: who, where, which command, which pictures. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import discord

from bots.discord.carried import DiscordFile, carried_by, carried_by_target, picture_of
from bots.discord.conversation import NAME
from bots.discord.payloads import (
    ATTACHMENT,
    Channel,
    CommandData,
    FormData,
    FormField,
    TargetMessage,
)
from core.catalog import Catalog
from core.commands import Command
from core.commands.command import PROMPT
from core.commands.typed import meant, read_typed
from core.errors import UserError
from core.options.grammar import parse
from core.platform import ConversationRef, MessageRef, User

PICTURES = "pictures"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenCommand:
    """A command with all that was given to it.

    Attributes:
        text: what may have options in it: the prompt, or all that was typed.
        given: options that were chosen by name.
        about: the id of the message that it is about.
        channels: what the channels are that were chosen.
    """

    name: str
    text: str = ""
    given: Mapping[str, str] = field(default_factory=dict[str, str])
    pictures: tuple[DiscordFile, ...] = ()
    about: str = ""
    channels: Mapping[str, Channel] = field(default_factory=dict[str, Channel])


def typed_in(data: CommandData) -> GivenCommand:
    """The slash command that was given."""
    files = data.resolved.attachments
    named = {option.name: _plain(option.value) for option in data.options}
    pictures = {o.name: str(o.value) for o in data.options if o.type == ATTACHMENT}
    return GivenCommand(
        name=data.name,
        text=named.get(PROMPT, ""),
        given={n: v for n, v in named.items() if v and n != PROMPT and n not in pictures},
        pictures=tuple(
            picture_of(files[pictures[name]])
            for name in sorted(pictures)
            if pictures[name] in files
        ),
        channels=data.resolved.channels,
    )


def targeted(data: CommandData) -> tuple[DiscordFile, ...]:
    """The files of the message that a menu was opened on."""
    target = data.resolved.messages.get(data.target_id, TargetMessage())
    return carried_by_target(target)


def filled_in(data: FormData, draft: GivenCommand) -> GivenCommand:
    """The command of a form: what was known before it was opened, and what was filled in."""
    fields = {part.component.custom_id: part.component for part in data.components}
    files = data.resolved.attachments
    chosen = {name: said for name, field in fields.items() if (said := _said(field))}
    uploaded = fields[PICTURES].values if PICTURES in fields else ()
    kept = {name: value for name, value in draft.given.items() if name not in fields}
    return replace(
        draft,
        text=str(fields[PROMPT].value or "") if PROMPT in fields else draft.text,
        given=kept | {n: value for n, value in chosen.items() if n not in {PROMPT, PICTURES}},
        pictures=(*draft.pictures, *(picture_of(files[id_]) for id_ in uploaded if id_ in files)),
    )


def _said(field: FormField) -> str:
    return field.values[0] if field.values else str(field.value or "")


def is_private(typed: GivenCommand, command: Command[Any] | None) -> bool:
    """Whether the answers are only for whoever typed, as far as that can be known at once."""
    if command is None or command.personal:
        return True
    try:
        options = parse(typed.text, command.options, typed.given)
    except UserError:
        return True  # all that can come is a refusal
    return bool(getattr(options, "private", False))


def typed_to(
    bot: discord.abc.User, message: discord.Message, catalog: Catalog
) -> GivenCommand | None:
    """What a message says to the bot, a command without a name where it orders nothing.

    None when it is not for the bot. Its name has to come first: a reply that pings its author is
    no order.
    """
    typed = read_typed(message.content, _names(bot), alone=message.guild is None)
    if typed is None or not typed.addressed:
        return None
    typed = meant(typed, catalog)
    return GivenCommand(name=typed.command, text=typed.text)


def plain_words(bot: discord.abc.User, message: discord.Message) -> str:
    """What a message says without a command; "" where it begins with one."""
    typed = read_typed(message.content, _names(bot), alone=True)
    words = typed.text if typed else ""
    before = message.content.removesuffix(words)
    return "" if "/" in before or "／" in before else words.strip()


def _names(bot: discord.abc.User) -> tuple[str, ...]:
    # The middle form is what older apps still write.
    return f"<@{bot.id}>", f"<@!{bot.id}>", f"@{bot.name}"


def is_said(message: discord.Message) -> bool:
    """Whether somebody has written it, and not Discord itself."""
    return message.type in {discord.MessageType.default, discord.MessageType.reply}


def is_automatic(message: discord.Message) -> bool:
    """Whether another program has written it."""
    return message.author.bot or message.webhook_id is not None


def user_of(user: discord.abc.User, locale: discord.Locale | None = None) -> User:
    return User(platform=NAME, id=str(user.id), locale=locale.value if locale else "")


def asker(interaction: discord.Interaction) -> User:
    return user_of(interaction.user, interaction.locale)


def place_of(interaction: discord.Interaction, *, private: bool = False) -> ConversationRef:
    """Where the answers go: a channel, or to one person in it."""
    channel = str(interaction.channel_id)
    # A server is one chat and its channels are threads: rules and defaults are a server's.
    guild = interaction.guild_id
    alone = private or not _may_write(interaction)
    return ConversationRef(
        platform=NAME,
        chat=str(guild) if guild else channel,
        thread=channel if guild else "",
        person=str(interaction.user.id) if alone else "",
        owner=str(interaction.user.id),
    )


def _may_write(interaction: discord.Interaction) -> bool:
    """Whether the bot may write there by itself, and not only answer this interaction."""
    if interaction.guild_id is None:
        return not interaction.context.private_channel
    # Somebody's own app among people who have not installed it: only tokens write there.
    if interaction.is_user_integration() and not interaction.is_guild_integration():
        return False
    may = interaction.app_permissions
    in_thread = isinstance(interaction.channel, discord.Thread)
    return may.view_channel and (may.send_messages_in_threads if in_thread else may.send_messages)


def answer_to(interaction: discord.Interaction, place: ConversationRef) -> MessageRef:
    """How the answer to an interaction is written."""
    return MessageRef(conversation=place, id=str(interaction.id), access=interaction.token)


def pressed_in(interaction: discord.Interaction) -> ConversationRef:
    """Where the message with a button is: what only one person saw stays so."""
    return place_of(interaction, private=is_hidden_press(interaction))


def is_hidden_press(interaction: discord.Interaction) -> bool:
    """Whether the message that something was pressed in is for one person only."""
    message = interaction.message
    return bool(message and message.flags.ephemeral)


def runs_chat(interaction: discord.Interaction) -> bool:
    """Whether whoever asks may decide for everybody there."""
    if interaction.guild_id is None:
        return not interaction.context.private_channel
    return interaction.permissions.manage_guild


def place_of_message(message: discord.Message) -> ConversationRef:
    channel, guild = str(message.channel.id), message.guild
    return ConversationRef(
        platform=NAME,
        chat=str(guild.id) if guild else channel,
        thread=channel if guild else "",
        owner=str(message.author.id),
    )


def ref_of(message: discord.Message) -> MessageRef:
    return MessageRef(conversation=place_of_message(message), id=str(message.id))


def author_runs_chat(message: discord.Message) -> bool:
    author = message.author
    if isinstance(author, discord.Member):
        return author.guild_permissions.manage_guild
    return message.guild is None


def replied_to(message: discord.Message) -> discord.Message | None:
    """The message that this one answers, as far as Discord shows it."""
    replied = message.reference.resolved if message.reference else None
    return replied if isinstance(replied, discord.Message) else None


def words_of(message: discord.Message) -> str:
    """What stands in a message, and in what was forwarded with it."""
    forwarded = (part.content for part in message.message_snapshots)
    return "\n".join(filter(None, (message.clean_content, *forwarded)))


def is_hidden(message: discord.Message) -> bool:
    """Whether Discord keeps back what stands in a message that does not name the bot."""
    shown = message.content or message.components or carried_by(message) or message.embeds
    return not (shown or any(part.content for part in message.message_snapshots))


def _plain(value: float | str) -> str:
    """A value as it would be typed."""
    return str(value).lower() if isinstance(value, bool) else str(value)
