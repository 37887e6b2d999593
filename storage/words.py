"""What people and models say, as both databases take it."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Dialect, String, TypeDecorator


class Words(TypeDecorator[str]):
    """Text that nobody has looked into. Postgres has no characters for some of what may come."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or dialect.name != "postgresql":
            return value
        return fitting(value)


def fitting(value: object) -> Any:
    """The same, also within tables and lists, without NUL and halves of characters."""
    match value:
        case str():
            whole = value.encode("utf-8", "replace").decode()
            return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")
        case dict():
            items = cast("dict[Any, Any]", value).items()
            return {fitting(key): fitting(each) for key, each in items}
        case list() | tuple():
            return [fitting(each) for each in cast("Sequence[Any]", value)]
        case _:
            return value
