"""Inserts for which it does not matter what is there already, in the words of either database."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import Column, Connection, Insert, Table, case, delete, select, tuple_, update

Values = Mapping[str, Any] | Sequence[Mapping[str, Any]]


def add_if_new(connection: Connection, table: Table, values: Values) -> bool:
    """Add rows, but none whose key is there already; tells of a single one whether it was new."""
    return connection.execute(_adding(connection.dialect.name, table), values).rowcount > 0


def put(connection: Connection, table: Table, values: Values) -> None:
    """Add rows in place of those with the same keys."""
    connection.execute(_putting(connection.dialect.name, table), values)


def add_up(connection: Connection, table: Table, values: Values, latest: str = "") -> None:
    """Add numbers to those of the rows with the same keys, of which there may be none yet.

    Of the column `latest` the greater of the two is kept.
    """
    connection.execute(_adding_up(connection.dialect.name, table, latest), values)


@cache
def _adding(dialect: str, table: Table) -> Insert:
    return (
        _insert(dialect, table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    )


@cache
def _putting(dialect: str, table: Table) -> Insert:
    insert = _insert(dialect, table)
    others = {each.name: insert.excluded[each.name] for each in table.c if not each.primary_key}
    key = list(table.primary_key)
    if not others:
        return insert.on_conflict_do_nothing()
    return insert.on_conflict_do_update(index_elements=key, set_=others)


@cache
def _adding_up(dialect: str, table: Table, latest: str) -> Insert:
    insert = _insert(dialect, table)
    new = insert.excluded
    numbers = [each for each in table.c if not each.primary_key and each.name != latest]
    sums = {each.name: each + new[each.name] for each in numbers}
    if latest:
        there = table.c[latest]
        sums[latest] = case((new[latest] > there, new[latest]), else_=there)
    return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=sums)


def _insert(dialect: str, table: Table) -> Any:
    # Only the one that is used is imported. Both have the same methods, but no type in common.
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)


def replace_key(
    connection: Connection, column: Column[str], old: str, new: str, **besides: str
) -> None:
    """Give rows another key; those that have it already go, if there are any to come.

    `column` is the part of the key that changes, `besides` what else the rows have in common.
    """
    table = column.table
    rest = [each for each in table.primary_key if each is not column]
    coming = select(*rest).where(column == old).filter_by(**besides)
    gone = delete(table).where(column == new).filter_by(**besides)
    connection.execute(gone.where(tuple_(*rest).in_(coming)))
    moved = update(table).where(column == old).filter_by(**besides)
    connection.execute(moved.values({column.name: new}))
