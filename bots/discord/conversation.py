"""A channel, a thread, or somebody's own view of one, as the core writes to it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from secrets import token_hex

import aiohttp
import discord

from bots.discord.attempts import Attempt, first
from bots.discord.boosts import Boosts
from bots.discord.channels import (
    NOBODY,
    InteractionChannel,
    MemberChannel,
    MessageChannel,
    OutgoingMessage,
)
from bots.discord.clock import DiscordClock
from bots.discord.errors import (
    NoReplyError,
    ask,
    meaning,
    meaning_of_follow_up,
    meaning_of_post,
)
from bots.discord.ids import NAME, channel_of
from bots.discord.interactions import Interaction, Interactions
from bots.discord.keyboard import keyboard
from bots.discord.limits import EDITABLE_SECONDS, LIMITS, UPLOAD_BYTES
from bots.discord.sight import sees
from bots.discord.text import content, named
from bots.discord.uploads import nonce, opened
from bots.remembered import Remembered
from core.errors import UserError
from core.limits import Limits
from core.messages.buttons import pack
from core.platform import (
    ConversationRef,
    MediaPost,
    MessageLostError,
    MessageRef,
    SlowDownError,
    TooLargeError,
    UnreachableError,
    User,
    View,
    WithoutPreviews,
)


class DiscordPlatform:
    """See `core.platform.Platform`.

    Attributes:
        client: what it writes with; another takes its place when the connection is set up anew.
        interactions: those that can still be answered.
        limits: what every channel takes; those in `modest` have refused a file of that size.
    """

    def __init__(
        self, client: discord.Client, limits: Limits = LIMITS, clock: DiscordClock | None = None
    ) -> None:
        self.client, self.limits = client, limits
        self.interactions = Interactions(clock or DiscordClock())
        self.modest: set[str] = set()
        self.boosts = Boosts()
        self._members = Remembered()

    @property
    def name(self) -> str:
        return NAME

    def conversation(self, ref: ConversationRef) -> "DiscordConversation":
        return DiscordConversation(self, ref)

    def privately(self, place: ConversationRef, user: User) -> ConversationRef:
        return replace(place, person=user.id)

    async def is_among(self, user: User, place: ConversationRef) -> bool:
        # What only they see, and a direct message, nobody leaves.
        if place.person or not place.thread:
            return True
        asking = partial(self._ask_whether_among, user, place)
        return await self._members.or_asked(channel_of(place), user.id, asking)

    async def _ask_whether_among(self, user: User, place: ConversationRef) -> bool:
        ids = (int(each) for each in (user.id, place.chat, channel_of(place)))
        try:
            return await sees(self.client, *ids)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            raise UserError("members-later") from error

    def note(self, interaction: Interaction, *, answered: bool = False) -> None:
        """Remember an interaction as soon as its response is deferred."""
        self.interactions.note(interaction, answered=answered)

    def channel(self, channel: str) -> discord.PartialMessageable:
        return self.client.get_partial_messageable(int(channel))

    def webhook(self, token: str) -> discord.Webhook:
        """What takes the answers to the interaction that a token came with."""
        application = self.client.application_id
        if application is None:
            raise RuntimeError("the client has not logged in")
        # Follow-ups to an interaction go to a webhook of the application; no membership is needed.
        webhook = discord.Webhook.partial(application, token, client=self.client)
        # Else the library refuses to send what only one person may see.
        webhook.type = discord.WebhookType.application
        return webhook


class DiscordConversation(WithoutPreviews):
    """See `core.platform.Conversation`.

    A post can be repeated as it is, since Discord knows it by its nonce for some minutes, and we
    by its buttons for ever; only what goes by the token of an interaction has no nonce.
    """

    def __init__(self, platform: DiscordPlatform, ref: ConversationRef) -> None:
        self._platform = platform
        self._interactions = platform.interactions
        self._ref = ref
        self._channel = channel_of(ref)

    @property
    def limits(self) -> Limits:
        return replace(self._platform.limits, upload_bytes=self._upload_bytes())

    def _upload_bytes(self) -> int:
        # Some channels take less than they say; what was learned once is not tried again.
        if self._channel in self._platform.modest:
            return UPLOAD_BYTES
        if self._ref.person:
            told = self._interactions.upload_bytes(self._channel, self._ref.person)
            return told or UPLOAD_BYTES
        return self._platform.boosts.upload_bytes(self._platform.client, self._ref)

    async def measure(self) -> None:
        await self._platform.boosts.learn(self._platform.client, self._ref)

    async def send(self, view: View, *, replying: MessageRef | None = None) -> MessageRef:
        # The nonce: an answer that is sent again after a lost connection is the same message.
        # Two answers to one message, which begin with the same words, differ in their buttons.
        about = (view.text, *map(pack, view.buttons))
        key = "/".join((replying.id, *about)) if replying else token_hex()
        post = MediaPost(key=key, assets=(), view=view, replying=replying)
        attempts, by_token = list[Attempt](), self._by_token(post)
        if replying and by_token:
            # First of all: until it is filled, Discord shows that the bot is thinking.
            attempts.append(partial(self._fill, replying, view))
        if not self._ref.person:
            # Before any token: only here does a nonce keep a repetition from being a second one.
            attempts.append(partial(self._post_in, self._ref, post))
        attempts.extend(by_token)
        if not self._ref.person:
            attempts.append(partial(self._post_in_parent, post))
        if self._ref.person or self._ref.owner:
            attempts.append(partial(self._post_directly, post))
        return await first(attempts)

    def reached(self, message: MessageRef) -> MessageRef:
        return message if self._ref.person else self._interactions.reached(message)

    async def edit(self, message: MessageRef, view: View) -> None:
        # Lost, so that whoever must be told gets a new message instead of a refusal.
        if self._interactions.clock.age_seconds(message.id) >= EDITABLE_SECONDS:
            raise MessageLostError("too old to be edited")
        outgoing = OutgoingMessage(content=content(view), buttons=view.buttons)
        try:
            await ask(self._channel_of(message).change(message.id, outgoing))
        except MessageLostError:
            if self._ref.person or not message.access:
                raise
            # The token is dead, but the bot may write here by itself.
            self._interactions.lose(message)
            here = MemberChannel(self._platform.channel(self._channel))
            await ask(here.change(message.id, outgoing))

    async def deliver(self, post: MediaPost, *, replacing: MessageRef | None) -> MessageRef:
        try:
            return await self._deliver(post, replacing)
        except TooLargeError:
            self._platform.modest.add(self._channel)
            raise

    async def _deliver(self, post: MediaPost, replacing: MessageRef | None) -> MessageRef:
        if replacing is None:
            return await self._post(post)
        attempts = [partial(self._turn, replacing, post), partial(self._post, post)]
        if not self._ref.person:
            # Nonces are known for minutes, a restart may take hours: then the buttons tell.
            attempts.insert(0, partial(self._find, post, replacing))
        return await first(attempts)

    async def _find(self, post: MediaPost, earlier: MessageRef) -> MessageRef:
        """Find what an earlier process has posted; the status message came before it."""
        channel = MemberChannel(self._platform.channel(self._channel))
        found = await ask(channel.find(post.view.buttons, earlier.id))
        if found is None:
            raise MessageLostError("these media have not been posted yet")
        return MessageRef(conversation=self._ref, id=str(found.id))

    async def _turn(self, message: MessageRef, post: MediaPost) -> MessageRef:
        """Turn a message into the media."""
        channel = self._channel_of(message)
        with opened(post) as files:
            await ask(channel.change(message.id, self._outgoing(post, files)), meaning_of_post)
        return message

    async def _post(self, post: MediaPost) -> MessageRef:
        if self._ref.person:
            return await first([*self._by_token(post), partial(self._post_directly, post)])
        here, parent = partial(self._post_in, self._ref, post), partial(self._post_in_parent, post)
        directly = [partial(self._post_directly, post)] if self._ref.owner else []
        return await first([here, *self._by_token(post), parent, *directly])

    async def _fill(self, command: MessageRef, view: View) -> MessageRef:
        """Put the first answer in place of Discord's "thinking…"."""
        interaction = self._interactions.take(command)
        if interaction is None:
            raise MessageLostError("this interaction has been answered")
        try:
            answer = await ask(
                interaction.edit_original_response(
                    content=content(view),
                    view=keyboard(view.buttons),
                    allowed_mentions=NOBODY,
                )
            )
        except (SlowDownError, UnreachableError):
            # Still to be filled: the next attempt must not open a second message.
            self._interactions.give_back(command)
            raise
        self._interactions.filled(command, answer)
        return self._named(answer, command.access)

    def _by_token(self, post: MediaPost) -> list[Attempt]:
        if post.replying is None or not self._interactions.is_open(post.replying):
            return []
        return [partial(self._follow_up, post.replying, post)]

    async def _follow_up(self, command: MessageRef, post: MediaPost) -> MessageRef:
        channel = self._channel_by(command)
        explain = meaning_of_follow_up if post.assets else meaning
        with opened(post) as files:
            posted = await ask(channel.post(self._outgoing(post, files)), explain)
        return self._named(posted, command.access)

    async def _post_in(self, ref: ConversationRef, post: MediaPost) -> MessageRef:
        try:
            return await self._put(ref, post)
        # The command was deleted, or the bot may not read it: no reason to lose the answer.
        except NoReplyError:
            return await self._put(ref, replace(post, replying=None))

    async def _put(self, ref: ConversationRef, post: MediaPost) -> MessageRef:
        channel = MemberChannel(self._platform.channel(channel_of(ref)))
        with opened(post) as files:
            explain = meaning_of_post if post.assets else meaning
            posted = await ask(channel.post(self._outgoing(post, files)), explain)
        return MessageRef(conversation=ref, id=str(posted.id))

    async def _post_directly(self, post: MediaPost) -> MessageRef:
        """Write to the person directly, who may have closed their direct messages."""
        person = discord.Object(int(self._ref.person or self._ref.owner))
        channel = await ask(self._platform.client.create_dm(person))
        ref = ConversationRef(platform=NAME, chat=str(channel.id))
        # Where no token could show it to them alone, this is no other place than meant.
        token = post.replying and post.replying.access
        view = post.view if self._ref.person and not token else post.view.moved()
        return await self._post_in(ref, replace(post, view=view, replying=None))

    async def _post_in_parent(self, post: MediaPost) -> MessageRef:
        """Write to the channel that a thread belongs to; only one that was heard of is known."""
        thread = self._platform.client.get_channel(int(self._channel))
        if not isinstance(thread, discord.Thread):
            raise MessageLostError("this is no thread that we know")
        ref = replace(self._ref, thread=str(thread.parent_id))
        return await self._post_in(ref, replace(post, view=post.view.moved(), replying=None))

    def _outgoing(self, post: MediaPost, files: Sequence[discord.File]) -> OutgoingMessage:
        # Without a reply to hang on (a slash command has none) people find their result by name.
        among_others = self._ref.thread and not self._ref.person
        is_result = post.assets and post.view.text
        return OutgoingMessage(
            content=named(post.view, self._ref.owner if among_others and is_result else ""),
            buttons=post.view.buttons,
            files=files,
            nonce=nonce(post.key),
            replying=self._answered(post.replying),
        )

    def _answered(self, command: MessageRef | None) -> str:
        """The id of a message that can be replied to: an interaction is none, its answer is."""
        if command is None:
            return ""
        return self._interactions.response(command) if command.access else command.id

    def _channel_of(self, message: MessageRef) -> MessageChannel:
        if not message.access:
            return MemberChannel(self._platform.channel(channel_of(message.conversation)))
        if not self._interactions.is_open(message):
            raise MessageLostError("the token of the interaction has expired")
        return self._channel_by(message)

    def _channel_by(self, command: MessageRef) -> MessageChannel:
        ephemeral = self._interactions.is_ephemeral(command)
        if ephemeral is None:
            ephemeral = bool(self._ref.person)
        return InteractionChannel(self._platform.webhook(command.access), ephemeral)

    def _named(self, message: discord.Message, access: str) -> MessageRef:
        """As it is found again: by its id, where the bot is a member and may see it."""
        # With the bot's own token an edit works for ever, with the interaction's for minutes.
        hidden = self._ref.person or message.flags.ephemeral
        return MessageRef(
            conversation=self._ref, id=str(message.id), access=access if hidden else ""
        )
