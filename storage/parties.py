"""Rows about people and chats, by the key that a `Party` is."""

from sqlalchemy import ColumnElement, FromClause, Table, Update, select, tuple_, update

from core.platform import Party


def renamed(table: Table, old: Party, new: Party) -> Update:
    """Put what is stored about a party under its new name, unless something is there already."""
    rows = table.alias()
    taken = select(rows.c.id).where(is_party(rows, new)).exists()
    return update(table).where(is_party(table, old), ~taken).values(id=new.id)


def is_party(table: FromClause, *parties: Party) -> ColumnElement[bool]:
    """Whether a row is about one of these."""
    key = tuple_(table.c.platform, table.c.kind, table.c.id)
    return key.in_([(party.platform, party.kind, party.id) for party in parties])
