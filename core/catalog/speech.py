"""A model that turns speech into words, as a catalog file describes it: data, never code."""

from typing import Annotated

from pydantic import Field

from core.catalog.served import Rate, Served, Sort

_MINUTE = 60


class SpeechModel(Served):
    """What listens.

    Attributes:
        minute_credits: price of a minute of speech, in the operator's unit (presets: about 1 US
            cent).
        idle_seconds: how long it may be silent.
    """

    minute_credits: Rate
    idle_seconds: Annotated[int, Field(ge=1)] = 300

    @property
    def sort(self) -> Sort:
        """What it makes."""
        return "speech"

    def credits_for(self, seconds: float) -> float:
        """The price of speech of that length."""
        return seconds / _MINUTE * self.minute_credits
