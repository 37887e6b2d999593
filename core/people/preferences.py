"""What people and chats have chosen as their defaults."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from core.i18n import Locale, locale_of
from core.people.audit import Act
from core.platform import ConversationRef, Party, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """Defaults; None means that there is none.

    Attributes:
        chat_model: who answers questions; system: how, in the words of whoever runs the chat.
        thoughts: whether it is shown what a model thinks.
    """

    model: str | None = None
    ratio: str | None = None
    seconds: int | None = None
    language: Locale | None = None
    chat_model: str | None = None
    system: str | None = None
    thoughts: bool | None = None

    def over(self, other: "Preferences") -> "Preferences":
        """These, and where one is missing the other's."""
        return Preferences(
            model=self.model or other.model,
            ratio=self.ratio or other.ratio,
            seconds=self.seconds or other.seconds,
            language=self.language or other.language,
            chat_model=self.chat_model or other.chat_model,
            system=self.system or other.system,
            thoughts=other.thoughts if self.thoughts is None else self.thoughts,
        )


class PreferenceStore(Protocol):
    """Where preferences are kept."""

    async def load(self, *parties: Party) -> Mapping[Party, Preferences]:
        """What these have chosen; without those that have chosen nothing."""
        ...

    async def save(self, party: Party, preferences: Preferences, act: Act | None = None) -> None:
        """Let them count; what is decided for others is written down with it."""
        ...

    async def rename(self, old: Party, new: Party) -> None:
        """Let the defaults of a chat count under the id that it has now."""
        ...


async def preferred(
    store: PreferenceStore, user: User, conversation: ConversationRef
) -> Preferences:
    """What counts for a user in a chat: the user's own before the chat's."""
    chosen = await store.load(user.party, conversation.party)
    own, chats = (chosen.get(p, Preferences()) for p in (user.party, conversation.party))
    return own.over(chats)


def speak(preferences: Preferences, user: User, default: Locale) -> Locale:
    """The language to answer in: what was chosen, else what the platform says."""
    return preferences.language or locale_of(user.locale, default)
