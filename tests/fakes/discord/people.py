"""What people do on Discord where simcord's actors cannot: in group chats, by menus in DMs."""

from dataclasses import dataclass
from typing import Any

from simcord.actors import MemberActor
from simcord.backend import serializers
from simcord.backend.models import Channel, Interaction, Message
from simcord.builders import ChannelHandle, UserHandle
from simcord.enums import AppCommandType, ComponentType, InteractionType
from simcord.interactions import base_payload, build_options, nest_options, walk_to_subcommand
from simcord.results import InteractionResult

from tests.fakes.discord.wire import Json
from tests.fakes.discord.world import DiscordWorld

GROUP_DM = 3
Person = UserHandle | MemberActor


@dataclass(frozen=True, slots=True)
class RawChannel:
    """Any channel, as one who only looks at the wire would use it."""

    world: DiscordWorld
    channel: Channel

    @property
    def id(self) -> int:
        return self.channel.id

    def slash(self, user: Person, name: str, /, **options: Any) -> InteractionResult:
        """Use a command; a file is a tuple of its name and its bytes."""
        words = name.split()
        root = self._command(words[0], AppCommandType.CHAT_INPUT)
        leaf, nesting = walk_to_subcommand(root, words[1:])
        given, resolved = build_options(user, name, leaf, options, channel_id=self.id)
        data = self._data(root) | {"options": nest_options(root, nesting, given)}
        return self.interact(
            user, InteractionType.APPLICATION_COMMAND, data | {"resolved": resolved}
        )

    def menu(self, user: Person, name: str, message_id: int) -> InteractionResult:
        """Use a command of a message's own menu."""
        root = self._command(name, AppCommandType.MESSAGE)
        message = serializers.message_payload(self.world.backend, self._message(message_id))
        resolved = {"messages": {str(message_id): dict(message)}}
        data = self._data(root) | {"target_id": str(message_id), "resolved": resolved}
        return self.interact(user, InteractionType.APPLICATION_COMMAND, data)

    def press(self, user: Person, message_id: int, custom_id: str) -> InteractionResult:
        """Press a button, whether or not it is (still) there."""
        data: Json = {"custom_id": custom_id, "component_type": ComponentType.BUTTON}
        return self.interact(
            user, InteractionType.MESSAGE_COMPONENT, data, source=self._message(message_id)
        )

    def choose(
        self, user: Person, message_id: int, custom_id: str, chosen: int
    ) -> InteractionResult:
        """Choose one from a list, whether or not it is (still) there."""
        kind, values = ComponentType.CHANNEL_SELECT, [str(chosen)]
        data: Json = {"custom_id": custom_id, "component_type": kind, "values": values}
        return self.interact(
            user, InteractionType.MESSAGE_COMPONENT, data, source=self._message(message_id)
        )

    def submit(
        self, user: Person, custom_id: str, components: list[Json], resolved: Json | None = None
    ) -> InteractionResult:
        """Send a modal; its components are as they are on the wire."""
        data: Json = {"custom_id": custom_id, "components": components, "resolved": resolved or {}}
        return self.interact(user, InteractionType.MODAL_SUBMIT, data)

    def interact(
        self, user: Person, kind: InteractionType, data: Json, source: Message | None = None
    ) -> InteractionResult:
        """Do anything that is an interaction."""
        backend = self.world.backend
        record, payload = base_payload(
            backend,
            type=kind,
            channel_id=self.id,
            guild_id=self.channel.guild_id,
            user_id=user.id,
            data=data,
        )
        if source:
            record.source_message_id = source.id
            payload["message"] = dict(serializers.message_payload(backend, source))
        backend.emit("INTERACTION_CREATE", payload)
        return InteractionResult(self.world, record)

    def _command(self, name: str, kind: AppCommandType) -> Json:
        found = self.world.backend.find_command(name, self.channel.guild_id, kind)
        assert found, f"No command {name!r} was registered"
        return found

    def _data(self, root: Json) -> Json:
        return {"id": root["id"], "name": root["name"], "type": root["type"]}

    def _message(self, message_id: int) -> Message:
        return self.world.backend.get_message(self.id, message_id)


def raw_channel(world: DiscordWorld, where: ChannelHandle) -> RawChannel:
    """Look at a channel or a DM so."""
    return RawChannel(world, world.backend.get_channel(where.id))


def group_chat(world: DiscordWorld, *people: UserHandle) -> RawChannel:
    """Make a group chat: the bot is no member, but its users bring it along."""
    channel = world.backend.create_channel(None, "Friends", type=GROUP_DM)
    channel.recipient_ids = [person.id for person in people]
    world.outside.add(channel.id)
    return RawChannel(world, channel)


def last_interaction(world: DiscordWorld) -> Interaction:
    """The interaction that came last, with its token."""
    return max(world.backend.interactions.values(), key=lambda record: record.id)
