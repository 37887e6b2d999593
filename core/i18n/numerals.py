"""How numbers are written and counted in our languages, which write them alike.

Fluent asks Babel, and Babel reads all that is known of a language and of the world's territories:
5 MB that stay, and a tenth of the time to a first answer, for a comma and the word "videos".
"""

from typing import Any

import babel
from babel.localedata import LocaleDataDict
from babel.numbers import parse_pattern
from babel.plural import PluralRule
from fluent.runtime import FluentBundle

_SYMBOLS: dict[str | int | None, Any] = {
    "latn": {"decimal": ".", "group": ",", "minusSign": "-", "plusSign": "+"}
}
_FORMATS: dict[str | int | None, Any] = {None: parse_pattern("#,##0.###")}
_PLURALS = {"en": {"one": "i = 1 and v = 0"}, "zh": dict[str, str]()}


def number(value: float) -> str:
    """A number as our texts write it, with at most four decimals."""
    whole, _, rest = f"{value:,.4f}".partition(".")
    return f"{whole}.{rest}".rstrip("0").rstrip(".") if rest else whole


class Numerals(babel.Locale):
    """A language as far as its numbers go; of all else Babel reads its files, as ever."""

    @property
    def plural_form(self) -> PluralRule:
        """Which form of a word a number wants."""
        return PluralRule(_PLURALS[self.language])

    @property
    def number_symbols(self) -> LocaleDataDict:
        """The signs, by the system of digits."""
        return LocaleDataDict(_SYMBOLS)

    @property
    def decimal_formats(self) -> LocaleDataDict:
        """Where they stand."""
        return LocaleDataDict(_FORMATS)


class Bundle(FluentBundle):
    """Texts of one language, which need no more of it than that."""

    def _get_babel_locale(self) -> babel.Locale:
        return Numerals(self.locales[0])
