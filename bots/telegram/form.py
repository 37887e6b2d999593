"""The guided form that `/video` alone opens: shape, length, quality, then the prompt."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from telegram import Message

from bots.telegram.incoming import TelegramFile, ref_of, user_of
from core.catalog import Ability, Catalog, lengths, resolutions, shapes, takes_any_shape
from core.commands import Command
from core.i18n import Locale, translate
from core.platform import Button, MessageRef, User, View

COMMAND = "form"
RATIOS = {"9:16": "form-portrait", "16:9": "form-landscape", "1:1": "form-square"}
_HD = "hd"
_CHOICES = 3
_REMEMBERED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What was chosen so far.

    Attributes:
        command: the command that lacks its prompt.
        opened_by: the message that opened it; the answers refer to it.
        offer: what there is to choose from.
    """

    user: User
    locale: Locale
    command: str
    opened_by: MessageRef
    pictures: tuple[TelegramFile, ...] = ()
    offer: "Offer"
    chosen: Mapping[str, str] = field(default_factory=dict[str, str])

    def choose(self, choice: Mapping[str, str]) -> "Form":
        """The form after a button. What is empty takes a choice back."""
        chosen = {**self.chosen, **choice}
        return replace(self, chosen={name: value for name, value in chosen.items() if value})

    def view(self) -> View:
        """The form as a message."""
        words = {ratio: translate(self.locale, key) for ratio, key in RATIOS.items()}
        seconds = {
            str(n): translate(self.locale, "seconds", seconds=n) for n in self.offer.lengths
        }
        buttons = (
            *(self._choice(words[value], "ratio", value) for value in self.offer.ratios),
            *(self._choice(text, "seconds", value) for value, text in seconds.items()),
            *([self._choice(_HD.upper(), "resolution", _HD)] if self.offer.has_hd else []),
            Button(label=translate(self.locale, "form-go"), command=COMMAND),
        )
        return View(text=translate(self.locale, "form-title"), buttons=buttons)

    def _choice(self, label: str, name: str, value: str) -> Button:
        """The button says what counts after it, so that a press told twice changes nothing."""
        if self.chosen.get(name) == value:
            return Button(label=f"✓ {label}", command=COMMAND, given={name: ""})
        return Button(label=label, command=COMMAND, given={name: value})


def is_guided(command: Command[Any] | None) -> bool:
    """Whether a command without words opens this form: it has all that is chosen here."""
    chosen = {"ratio", "seconds", "resolution"}
    return (
        command is not None
        and command.needs_prompt
        and chosen <= set(command.options.model_fields)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a form lets one choose: lengths in a row of buttons, the extremes among them."""

    ratios: tuple[str, ...] = ()
    lengths: tuple[int, ...] = ()
    has_hd: bool = False


def offer_of(catalog: Catalog) -> Offer:
    """What the models make that would be asked."""
    models = catalog.able(Ability.VIDEO)
    named, made = shapes(models), lengths(models)
    any_shape = takes_any_shape(models)
    few = len(made) <= _CHOICES
    return Offer(
        ratios=tuple(ratio for ratio in RATIOS if any_shape or ratio in named),
        lengths=made if few else (made[0], made[len(made) // 2], made[-1]),
        has_hd="hd" in resolutions(models),
    )


def opened(
    message: Message,
    command: str,
    pictures: Sequence[TelegramFile],
    locale: Locale,
    catalog: Catalog,
) -> Form:
    """The form that a command without words opens; nothing is chosen yet."""
    return Form(
        user=user_of(message),
        locale=locale,
        command=command,
        opened_by=ref_of(message),
        pictures=tuple(pictures),
        offer=offer_of(catalog),
    )


@dataclass(slots=True)
class Forms:
    """The open forms. Forgotten when the bot restarts."""

    _open: OrderedDict[tuple[str, str], Form] = field(
        default_factory=OrderedDict[tuple[str, str], Form]
    )

    def keep(self, message: MessageRef, form: Form) -> None:
        """Remember what a message of ours is about."""
        self._open[message.conversation.chat, message.id] = form
        if len(self._open) > _REMEMBERED:
            self._open.popitem(last=False)

    def at(self, message: MessageRef) -> Form | None:
        return self._open.get((message.conversation.chat, message.id))

    def close(self, message: MessageRef) -> None:
        """Close the form."""
        self._open.pop((message.conversation.chat, message.id), None)
