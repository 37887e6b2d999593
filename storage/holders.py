"""Which of several processes has a row."""

from typing import Any, Protocol

from sqlalchemy import ColumnElement


class Holder(Protocol):
    """This process, as the others see it."""

    @property
    def name(self) -> str:
        """What others call it."""
        ...

    def is_free(self, holder: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether nobody has a row who is there."""
        ...
