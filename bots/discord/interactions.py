"""The interactions of the last minutes: what can still be answered by their tokens, and how."""

from dataclasses import dataclass, replace

import discord

from bots.discord.clock import DiscordClock
from core.platform import MessageRef

Interaction = discord.Interaction[discord.Client]

# Discord takes a token for 15 minutes.
_TOKEN_SECONDS = 14 * 60.0


@dataclass(slots=True, kw_only=True)
class _Noted:
    interaction: Interaction
    taken: bool = False
    response: str = ""
    ephemeral: bool | None = None


class Interactions:
    """What was told with interactions; those of an earlier process count as answered.

    Attributes:
        clock: by which their tokens expire.
    """

    def __init__(self, clock: DiscordClock) -> None:
        self.clock = clock
        self._noted: dict[str, _Noted] = {}
        # Which interaction each message answers that everybody sees.
        self._answers: dict[str, str] = {}

    def is_open(self, message: MessageRef) -> bool:
        """Tell whether the token that came with a message can still be used."""
        return bool(message.access) and self._lives(message.id)

    def note(self, interaction: Interaction, *, answered: bool = False) -> None:
        """Remember an interaction whose response was deferred, or answered by a change."""
        # No timer: a bot that hears nothing has nothing to forget.
        stale = [id_ for id_ in self._noted if not self._lives(id_)]
        for id_ in stale:
            self._answers.pop(self._noted.pop(id_).response, None)
        pressed = interaction.message
        self._noted[str(interaction.id)] = _Noted(
            interaction=interaction,
            taken=answered,
            # A press that changes its own message is answered where that message is.
            ephemeral=pressed.flags.ephemeral if answered and pressed else None,
        )

    def take(self, command: MessageRef) -> Interaction | None:
        """The interaction, for the one who fills its deferred response."""
        noted = self._noted.get(command.id)
        # The deferred response is one message; who comes second writes a follow-up.
        if noted is None or noted.taken:
            return None
        noted.taken = True
        return noted.interaction

    def give_back(self, command: MessageRef) -> None:
        """Say that the deferred response is still to be filled."""
        if noted := self._noted.get(command.id):
            noted.taken = False

    def filled(self, command: MessageRef, response: discord.Message) -> None:
        """Say what the deferred response has become."""
        if noted := self._noted.get(command.id):
            noted.response = str(response.id)
            noted.ephemeral = response.flags.ephemeral
            if not noted.ephemeral:
                self._answers[noted.response] = command.id

    def reached(self, message: MessageRef) -> MessageRef:
        """A message with the token that it was written by, as long as that can be used.

        Of a command: with its token, as long as its deferred response is to be filled.
        """
        if command := self._noted.get(message.id):
            return replace(message, access="") if command.taken else message
        noted = self._noted.get(self._answers.get(message.id, ""))
        if noted is None or not self._lives(str(noted.interaction.id)):
            return message
        return replace(message, access=noted.interaction.token)

    def lose(self, message: MessageRef) -> None:
        """Say that the token which a message was written by is dead."""
        self._answers.pop(message.id, None)

    def response(self, command: MessageRef) -> str:
        """The id of the message that a command was answered with; "" where it is not known."""
        noted = self._noted.get(command.id)
        return noted.response if noted else ""

    def is_ephemeral(self, command: MessageRef) -> bool | None:
        """Tell whether only one person sees the answers; None where it is not known."""
        noted = self._noted.get(command.id)
        return noted.ephemeral if noted else None

    def upload_bytes(self, channel: str, person: str) -> int | None:
        """The largest file that somebody's last interaction in a channel allows."""
        # The limit grows with a server's boosts and a person's subscription, and only
        # interactions tell it.
        for noted in reversed(self._noted.values()):
            told = noted.interaction
            where = str(told.channel_id), str(told.user.id)
            if where == (channel, person) and self._lives(str(told.id)):
                return told.filesize_limit
        return None

    def _lives(self, id_: str) -> bool:
        """Whether the token of an interaction, or of one as old as that, can still be used."""
        return self.clock.age_seconds(id_) < _TOKEN_SECONDS
