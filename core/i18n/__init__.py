"""The texts that users read, in every language we have: Fluent files with the same keys."""

import logging
import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource

from core.errors import Fault, FaultKind, UserError
from core.i18n.numerals import Bundle

_FOLDER = Path(__file__).parent
# A line that goes on with it begins with a space or a closing brace.
_SOURCE = re.compile(r"^(?P<key>[a-z][a-z0-9-]*) =.*(?:\n(?:[ }].*)?)*", re.MULTILINE)
_OTHER = re.compile(r"\{ ([a-z][a-z0-9-]*) \}")
log = logging.getLogger(__name__)


class Locale(StrEnum):
    """A language that we have texts in."""

    EN = "en"
    ZH = "zh"


def locale_of(said: str, default: Locale) -> Locale:
    """Our locale for what a platform or a system says ("zh-hans", "zh_CN.UTF-8", "en-GB")."""
    language = said.replace("_", "-").split("-")[0].casefold()
    return Locale(language) if language in list(Locale) else default


def translate(locale: Locale, key: str, **variables: str | float) -> str:
    """The text of that key.

    Raises:
        KeyError: there is no such text; a defect, which the tests find.
    """
    return _text(locale, key, frozenset(variables.items()))


# Each frame of each job needs the same few texts: its phase, its button, what is left.
@lru_cache(maxsize=1024)
def _text(locale: Locale, key: str, variables: frozenset[tuple[str, str | float]]) -> str:
    bundle = _bundle(locale)
    _learn(bundle, _sources(locale), key)
    pattern = bundle.get_message(key).value if bundle.has_message(key) else None
    if pattern is None:
        raise KeyError(f"core/i18n/{locale}.ftl has no text {key}")
    text, errors = bundle.format_pattern(pattern, dict(variables))
    for error in errors:
        log.error("text %s in %s: %s", key, locale, error)
    return str(text)


def explain(locale: Locale, error: UserError, *, for_admin: bool = False) -> str:
    """The sentences of a user's mistake, with what would work."""
    hints = (*error.hints, *error.for_admins) if for_admin else error.hints
    return "\n".join(_sentence(locale, each) for each in (error, *hints))


def _sentence(locale: Locale, error: UserError) -> str:
    details = {n: v(locale) if callable(v) else v for n, v in error.details.items()}
    return translate(locale, error.key, **details)


def explain_fault(locale: Locale, fault: Fault, kind: str = "video") -> list[str]:
    """The lines that say why a job of that kind failed, with the provider's own words quoted."""
    key, answered = f"fault-{fault.kind.replace('_', '-')}", "yes" if fault.http_status else "no"
    lines = [translate(locale, key, kind=kind, answered=answered)]
    if fault.detail and fault.kind is FaultKind.INTERNAL:
        lines.append(translate(locale, "fault-id", id=fault.detail))
    if fault.reason:
        lines.append(translate(locale, "fault-reason", reason=fault.reason))
    if fault.maybe_billed:
        lines.append(translate(locale, "fault-maybe-billed"))
    return lines


@cache
def _bundle(locale: Locale) -> FluentBundle:
    # Isolation marks are invisible characters that break copying, and commands in the texts.
    return Bundle([locale.value], use_isolating=False)


@cache
def _sources(locale: Locale) -> Mapping[str, str]:
    """Each text as it is written, by its key."""
    file = (_FOLDER / f"{locale.value}.ftl").read_text(encoding="utf-8")
    return {found["key"]: found[0] for found in _SOURCE.finditer(file)}


def _learn(bundle: FluentBundle, sources: Mapping[str, str], key: str) -> None:
    """Read a text and those that it names; all of a language would take 40 ms."""
    if key in sources and not bundle.has_message(key):
        bundle.add_resource(FluentResource(sources[key]))
        for other in _OTHER.findall(sources[key]):
            _learn(bundle, sources, other)
