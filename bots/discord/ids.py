"""What Discord calls people and servers: numbers, which do not say whose they are."""

from core.invocation import IdFormat
from core.platform import ConversationRef

NAME = "discord"
IDS = IdFormat(user="[0-9]{1,20}", chat="[0-9]{1,20}", mention="<@!?([0-9]{1,20})>")


def channel_of(ref: ConversationRef) -> str:
    """The id of the channel or thread to write to."""
    return ref.thread or ref.chat
