"""How a command declares its options: one schema for text grammar, menus and help."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo

# What builds each of them is a part of every start, and few are typed before the first answer.
OPTIONS_CONFIG = ConfigDict(frozen=True, extra="forbid", defer_build=True)
"""What the options of every command are: nothing unknown, nothing changed after reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """How one field is typed; goes into `Annotated[...]`. A bool field's flags take no value.

    Attributes:
        flags: "--ratio VALUE", the one to show first; they count anywhere.
        switches: flags that stand for a value: "--hd" -> "hd".
        words: leading words that stand for a value: "portrait" -> "9:16".
        keywords: leading words whose value is the next word: "ratio portrait".
        patterns: ASCII regexes for leading words, the value is the first group: "([0-9]+)s".
        exact: whether patterns are for the word as it was typed, not in lower case.
        once: whether a second leading word of its patterns is left to the options after it.
        metavar: how values beyond those of words and switches look; "" when there are none.
        is_place: whether the value is somewhere to write to, which a platform lets one choose.
        is_person: whether it is the id of a person, whom a platform may let one choose.
    """

    flags: tuple[str, ...] = ()
    switches: Mapping[str, str] = field(default_factory=dict[str, str])
    words: Mapping[str, str] = field(default_factory=dict[str, str])
    keywords: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    exact: bool = False
    once: bool = False
    metavar: str = ""
    is_place: bool = False
    is_person: bool = False


class OptionKind(StrEnum):
    """What an option's value is."""

    TEXT = "text"
    NUMBER = "number"
    SWITCH = "switch"
    PLACE = "place"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionHelp:
    """One option as help texts and menus show it; the prompt is one without flags and words.

    Attributes:
        description: a text key.
        choices: values that have a name; all there are when `metavar` is empty.
        besides: words that count beside a number from `minimum` to `maximum`.
    """

    name: str
    description: str
    kind: OptionKind
    required: bool
    flags: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    metavar: str = ""
    minimum: int | None = None
    maximum: int | None = None
    besides: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What people call the option in every language."""
        return self.flags[0] if self.flags else self.name

    @property
    def allowed(self) -> str:
        """The values, for an error text in any language."""
        if self.minimum is not None and self.maximum is not None:
            return ", ".join((f"{self.minimum}–{self.maximum}", *self.besides))
        return ", ".join(filter(None, (*self.choices, *self.metavar.split(" | "))))


def describe(schema: type[BaseModel]) -> tuple[OptionHelp, ...]:
    """List what can be typed, in the order of the fields."""
    return tuple(
        describe_field(name, info, option or Option())
        for name, info in schema.model_fields.items()
        if (option := option_of(info)) or name == "prompt"
    )


def option_of(info: FieldInfo) -> Option | None:
    """The grammar of a field; None for one that is not typed as an option."""
    return next((item for item in info.metadata if isinstance(item, Option)), None)


def describe_field(name: str, info: FieldInfo, option: Option) -> OptionHelp:
    """What help and menus show of one field."""
    kind = _kind(info, option)
    values = (*option.words.values(), *option.switches.values())
    return OptionHelp(
        name=name,
        description=info.description or "",
        kind=kind,
        required=info.is_required(),
        flags=(*option.flags, *option.switches),
        words=(*option.keywords, *option.words),
        choices=tuple(dict.fromkeys(values)) if kind is OptionKind.TEXT else (),
        metavar=option.metavar,
        minimum=_bound(info, "ge"),
        maximum=_bound(info, "le"),
        besides=_words_beside_a_number(info),
    )


def _kind(info: FieldInfo, option: Option) -> OptionKind:
    if option.is_place:
        return OptionKind.PLACE
    if option.is_person:
        return OptionKind.PERSON
    types = get_args(info.annotation) or (info.annotation,)
    if bool in types:
        return OptionKind.SWITCH
    return OptionKind.NUMBER if int in types else OptionKind.TEXT


def _bound(info: FieldInfo, name: Literal["ge", "le"]) -> int | None:
    bounds = (getattr(item, name, None) for item in _constraints(info))
    return next((bound for bound in bounds if isinstance(bound, int)), None)


def _constraints(info: FieldInfo) -> Iterator[object]:
    """What narrows the field, or one of the types that it may have."""
    yield from info.metadata
    for each in get_args(info.annotation):
        for narrowed in getattr(each, "__metadata__", ()):
            yield from getattr(narrowed, "metadata", ())


def _words_beside_a_number(info: FieldInfo) -> tuple[str, ...]:
    types = get_args(info.annotation)
    if _bound(info, "le") is None:
        return ()
    return tuple(word for each in types for word in get_args(each) if isinstance(word, str))
