"""The guided form that `/video` alone opens: shape, length, quality, then the prompt."""

from collections import OrderedDict
from dataclasses import dataclass, field, replace

from bots.telegram.incoming import TelegramFile
from core.catalog import Ability, Catalog, lengths, resolutions, shapes, takes_any_shape
from core.i18n import Locale, translate
from core.platform import Button, MessageRef, User, View

COMMAND = "form"
READY = "go"
RATIOS = {"9:16": "form-portrait", "16:9": "form-landscape", "1:1": "form-square"}
_CHOICES = 3
_REMEMBERED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What was chosen so far.

    Attributes:
        command: the message that opened it; the answers refer to it.
        offer: what there is to choose from.
    """

    user: User
    locale: Locale
    command: MessageRef
    pictures: tuple[TelegramFile, ...] = ()
    offer: "Offer"
    ratio: str = ""
    seconds: str = ""
    hd: bool = False

    def choose(self, argument: str) -> "Form":
        """The form after a button; pressing a choice again takes it back."""
        name, _, value = argument.partition("=")
        match name:
            case "ratio" if value in RATIOS:
                return replace(self, ratio="" if self.ratio == value else value)
            case "seconds" if value.isdecimal():
                return replace(self, seconds="" if self.seconds == value else value)
            case "hd":
                return replace(self, hd=not self.hd)
            case _:
                return self

    def view(self) -> View:
        """The form as a message."""
        words = {ratio: translate(self.locale, key) for ratio, key in RATIOS.items()}
        seconds = {
            str(n): translate(self.locale, "seconds", seconds=n) for n in self.offer.lengths
        }
        buttons = (
            *(_choice(words[r], f"ratio={r}", chosen=self.ratio == r) for r in self.offer.ratios),
            *(_choice(t, f"seconds={n}", chosen=self.seconds == n) for n, t in seconds.items()),
            *([_choice("HD", "hd", chosen=self.hd)] if self.offer.has_hd else []),
            _choice(translate(self.locale, "form-go"), READY, chosen=False),
        )
        return View(text=translate(self.locale, "form-title"), buttons=buttons)

    @property
    def options(self) -> str:
        """What was chosen, as it would have been typed behind /video."""
        flags = [
            f"--ratio {self.ratio}" if self.ratio else "",
            f"--seconds {self.seconds}" if self.seconds else "",
            "--hd" if self.hd else "",
        ]
        return " ".join(filter(None, flags))


def _choice(label: str, argument: str, *, chosen: bool) -> Button:
    shown = f"✓ {label}" if chosen else label
    return Button(label=shown, command=COMMAND, argument=argument)


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
        """Let nobody choose anything there any more."""
        self._open.pop((message.conversation.chat, message.id), None)
