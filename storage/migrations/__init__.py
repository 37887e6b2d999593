"""Alembic's folder: one revision per change of the tables, run at every start."""
