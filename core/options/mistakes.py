"""What is wrong with an option, for the person who typed it."""

from core.errors import UserError
from core.options.options import OptionHelp

_QUOTE_LIMIT = 40  # fits a line on a phone


def bad_value(option: str, given: str, allowed: str) -> UserError:
    """A value that the option does not have."""
    return UserError("option-bad-value", option=option, given=clip(given), allowed=allowed)


def out_of_range(option: OptionHelp) -> UserError | None:
    """A number that is too small or too large; None for an option that is no number."""
    least, most = option.minimum, option.maximum
    if least is None or most is None:
        return None
    off = "yes" if "off" in option.besides else "no"
    return UserError(
        "option-range", name=option.name, option=option.label, least=least, most=most, off=off
    )


def clip(text: str) -> str:
    """What was typed, as an error text quotes it."""
    return text if len(text) <= _QUOTE_LIMIT else f"{text[: _QUOTE_LIMIT - 1]}…"
