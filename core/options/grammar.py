"""Reads what a person types behind a command, "portrait 15s a cat", into a typed model."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import TypeVar
from unicodedata import normalize

from pydantic import BaseModel, TypeAdapter, ValidationError

from core.errors import UserError, did_you_mean
from core.options.cut import cut
from core.options.mistakes import bad_value, clip, out_of_range
from core.options.options import OptionHelp, OptionKind, describe_field, option_of

PROMPT_LIMIT = 32_000
_OPTION_LIMIT = 64  # longer words are no options, and normalizing can take quadratic time

# For [...]: the invisible marks that keyboards and copied texts bring along, and all white space.
MARKS = r"\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
BLANK = rf"\s{MARKS}"

T = TypeVar("T", bound=BaseModel)

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_GAP = rf"{BLANK},，、"
_WORD = re.compile(rf"[^{_GAP}]+")
_BRACKETED_WORD = re.compile(rf"[^{_GAP}/／]+")
_BRACKETS = re.compile(r"[(（\[［【]([^()（）\[\]［］【】]{1,200})[)）\]］】]")
_DASH = re.compile(rf"(?<![^{_GAP}])[-－﹣–—﹘]")
_NAME = re.compile(rf"[-－﹣–—﹘][^{_GAP}=＝]*")
# A comma between plain numbers stays in the value: `--seed 1,000` is an error, not seed 1.
_VALUE = re.compile(rf"([=＝]|[{BLANK}]+)((?:[^{_GAP}]|(?<=\d)[,，](?=\d+(?![^{_GAP}])))+)")
_NOTHING = re.compile(rf"[{BLANK}]*")
_PHONE_DASH = re.compile(r"^[–—]{1,2}")
_LONG_FLAG = re.compile(r"--[A-Za-z]")


def parse(text: str, schema: type[T], given: Mapping[str, str] | None = None) -> T:
    """Read the text into the schema; UserError says what is wrong with it.

    A value is checked by the annotation of its field, so a schema has no validators beside
    that, and only its `prompt` may lack a default. What is `given`, by the name of its field, as
    a form does, counts more than the text; in a prompt that is given no options are read.
    """
    given = given or {}
    text = _clean(text)
    grammar = _compile(schema)
    lead, start = _read_lead(grammar, text)
    flags = tuple(_read_flags(grammar, text, start))
    values = _collect((*lead, *flags)) | _collect(_read_given(grammar, given))
    spans = [(flag.start, flag.end) for flag in flags]
    rest = _clean(given["prompt"]).strip() if "prompt" in given else cut(text, start, spans)
    return schema.model_validate(values | _prompt(schema, rest))


def begins_with_options(text: str, schema: type[BaseModel]) -> bool:
    """Whether an option of the schema stands before all else, if only a mistaken one."""
    try:
        options, _ = _read_lead(_compile(schema), text)
    except UserError:
        return True
    return bool(options)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One option field, ready for reading."""

    help: OptionHelp
    words: Mapping[str, str]
    patterns: tuple[re.Pattern[str], ...]
    exact: bool
    once: bool
    adapter: TypeAdapter[object]

    def read(self, typed: str) -> str | None:
        """Return the value that a word stands for."""
        folded = _fold(typed)
        if folded in self.words:
            return self.words[folded]
        matches = (p.fullmatch(typed if self.exact else folded) for p in self.patterns)
        return next((match[1] for match in matches if match), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grammar:
    """A schema, ready for reading. A flag has a value when it is a switch."""

    entries: tuple[_Entry, ...]
    keywords: Mapping[str, _Entry]
    flags: Mapping[str, tuple[_Entry, str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """An option in the text. No entry: the bare `--`."""

    start: int
    end: int
    entry: _Entry | None = None
    typed: str = ""
    value: str = ""


@cache
def _compile(schema: type[BaseModel]) -> _Grammar:
    entries: list[_Entry] = []
    keywords: dict[str, _Entry] = {}
    flags: dict[str, tuple[_Entry, str | None]] = {}
    for name, info in schema.model_fields.items():
        if option := option_of(info):
            entry = _Entry(
                help=describe_field(name, info, option),
                words={_fold(word): value for word, value in option.words.items()},
                patterns=tuple(re.compile(pattern, re.ASCII) for pattern in option.patterns),
                exact=option.exact,
                once=option.once,
                adapter=TypeAdapter(info.rebuild_annotation()),
            )
            entries.append(entry)
            keywords |= {_fold(keyword): entry for keyword in option.keywords}
            fixed = "true" if entry.help.kind is OptionKind.SWITCH else None
            flags |= dict.fromkeys(option.flags, (entry, fixed))
            flags |= {flag: (entry, value) for flag, value in option.switches.items()}
    return _Grammar(entries=tuple(entries), keywords=keywords, flags=flags)


def _clean(text: str) -> str:
    text = text.replace("\r\n", "\n")
    if control := _CONTROL.search(text):
        code = f"U+{ord(control[0]):04X}"
        raise UserError("prompt-control-character", code=code, position=control.start() + 1)
    return text


def _is_blank(text: str) -> bool:
    return _NOTHING.fullmatch(text) is not None


def _narrow(text: str) -> str:
    return normalize("NFKC", text) if len(text) <= _OPTION_LIMIT else text


def _fold(text: str) -> str:
    return _narrow(text).casefold()


def _read_lead(
    grammar: _Grammar, text: str, words: re.Pattern[str] = _WORD
) -> tuple[list[_Found], int]:
    """Return the options before the prompt, and where the prompt starts."""
    found: list[_Found] = []
    position = 0
    while word := words.search(text, position):
        if bracketed := _bracketed_at(grammar, text, word.start()):
            options, position = bracketed
            found += options
            continue
        option = _flag_at(grammar, text, word.start()) or _word_at(grammar, text, word, found)
        if option is None or option.entry is None:
            return found, word.start() if found else 0
        found.append(option)
        position = option.end
    return found, len(text)


def _bracketed_at(grammar: _Grammar, text: str, start: int) -> tuple[list[_Found], int] | None:
    """The options in brackets there, and where these end; None where other words are in them."""
    brackets = _BRACKETS.match(text, start)
    if brackets is None:
        return None
    options, end = _read_lead(grammar, brackets[1], _BRACKETED_WORD)
    return (options, brackets.end()) if options and end == len(brackets[1]) else None


def _read_flags(grammar: _Grammar, text: str, start: int) -> Iterator[_Found]:
    position = start
    while dash := _DASH.search(text, position):
        flag = _flag_at(grammar, text, dash.start())
        position = flag.end if flag else dash.end()
        if flag:
            yield flag
            if flag.entry is None:
                return


def _word_at(
    grammar: _Grammar, text: str, word: re.Match[str], before: Sequence[_Found]
) -> _Found | None:
    if keyword := grammar.keywords.get(_fold(word[0])):
        return _valued(grammar, keyword, word[0], word.start(), _VALUE.match(text, word.end()))
    full = [found.entry for found in before if found.entry and found.entry.once]
    for entry in grammar.entries:
        value = entry.read(word[0])
        if value is not None and entry not in full:
            start, end = word.span()
            return _Found(start=start, end=end, entry=entry, typed=word[0], value=value)
    return None


def _flag_at(grammar: _Grammar, text: str, start: int) -> _Found | None:
    word = _NAME.match(text, start)
    name = _flag_name(grammar, word[0]) if word else None
    if word is None or name is None:
        return None
    end = word.end()
    if not _LONG_FLAG.match(name) and not _is_blank(text[end : end + 1]):
        return None  # only long flags may touch what is behind them: "-n=2" and "--," are prose
    if name == "--":
        return _Found(start=start, end=end)
    entry, fixed = grammar.flags[name]
    value = _VALUE.match(text, end)
    if fixed is not None:
        if text.startswith(("=", "＝"), end):
            raise bad_value(name, value[2] if value else "", name)
        return _Found(start=start, end=end, entry=entry, typed=word[0], value=fixed)
    return _valued(grammar, entry, name, start, value)


def _valued(
    grammar: _Grammar, entry: _Entry, name: str, start: int, value: re.Match[str] | None
) -> _Found:
    """An option that takes what stands behind its name."""
    if value is None or (_is_blank(value[1]) and _is_flag(grammar, value[2])):
        raise UserError("option-needs-value", option=name, allowed=entry.help.allowed)
    meant = entry.read(value[2]) or _narrow(value[2])
    return _Found(start=start, end=value.end(), entry=entry, typed=value[2], value=meant)


def _is_flag(grammar: _Grammar, typed: str) -> bool:
    word = _NAME.match(typed)
    return word is not None and _flag_name(grammar, word[0]) is not None


def _flag_name(grammar: _Grammar, typed: str) -> str | None:
    """Return the flag (or the bare `--`) that a word is, None for prose."""
    name = _fold(typed)
    repaired = _PHONE_DASH.sub("--", name)
    if repaired in grammar.flags:
        return repaired
    if _LONG_FLAG.match(name):
        raise _unknown(grammar, typed)
    return name if name == "--" else None


def _read_given(grammar: _Grammar, given: Mapping[str, str]) -> Iterator[_Found]:
    for entry in grammar.entries:
        typed = given.get(entry.help.name)
        if typed is not None:
            value = entry.read(typed) or _narrow(typed)
            yield _Found(start=0, end=0, entry=entry, typed=typed, value=value)


def _collect(found: Iterable[_Found]) -> dict[str, object]:
    values: dict[str, object] = {}
    typed: dict[str, str] = {}
    for item in found:
        if item.entry is None:
            continue
        name, label = item.entry.help.name, item.entry.help.label
        try:
            value = item.entry.adapter.validate_python(item.value)
        except ValidationError:
            raise out_of_range(item.entry.help) or bad_value(
                label, item.typed, item.entry.help.allowed
            ) from None
        if values.setdefault(name, value) != value:
            first, second = clip(typed[name]), clip(item.typed)
            raise UserError("option-twice", name=name, option=label, first=first, second=second)
        typed.setdefault(name, item.typed)
    return values


def _prompt(schema: type[BaseModel], rest: str) -> dict[str, object]:
    info = schema.model_fields.get("prompt")
    rest = "" if _is_blank(rest) else rest
    if info is None and rest:
        raise _unknown(_compile(schema), rest.split(maxsplit=1)[0])
    if info is None or not (rest or info.is_required()):
        return {}
    if not rest:
        raise UserError("prompt-empty")
    if len(rest) > PROMPT_LIMIT:
        raise UserError("prompt-too-long", length=len(rest), limit=PROMPT_LIMIT)
    return {"prompt": rest}


def _unknown(grammar: _Grammar, given: str) -> UserError:
    near = get_close_matches(clip(_fold(given)), grammar.flags, n=1)
    allowed = ", ".join(flag for flag in grammar.flags if _LONG_FLAG.match(flag))
    if not allowed:
        return UserError("option-not-understood", given=clip(given))
    return UserError(
        "option-unknown", hints=did_you_mean(near), given=clip(given), allowed=allowed
    )
