"""The guided form that `/video` alone opens: shape, length, quality, then the prompt."""

from collections import OrderedDict
from dataclasses import dataclass, field, replace

from bots.telegram.incoming import TelegramFile
from core.catalog import Catalog, Span
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
    """

    user: User
    locale: Locale
    command: MessageRef
    pictures: tuple[TelegramFile, ...] = ()
    lengths: tuple[int, ...] = ()
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
        seconds = {str(n): translate(self.locale, "seconds", seconds=n) for n in self.lengths}
        buttons = (
            *(_choice(words[r], f"ratio={r}", chosen=self.ratio == r) for r in RATIOS),
            *(_choice(t, f"seconds={n}", chosen=self.seconds == n) for n, t in seconds.items()),
            _choice("HD", "hd", chosen=self.hd),
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


def lengths_of(catalog: Catalog) -> tuple[int, ...]:
    """Some lengths that ready models make: a row of buttons, the extremes among them."""
    found: set[int] = set()
    for model in filter(catalog.is_ready, catalog.models):
        made = model.seconds
        found |= {made.min, made.max} if isinstance(made, Span) else set(made)
    ordered = sorted(found)
    if len(ordered) <= _CHOICES:
        return tuple(ordered)
    return ordered[0], ordered[len(ordered) // 2], ordered[-1]


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
