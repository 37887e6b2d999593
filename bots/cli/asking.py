"""Questions to whoever sits at the terminal, or has piped the answers in.

Ctrl-C and the end of the input raise `typer.Abort`.
"""

import re
import sys

import typer

# What needs no quotation marks in `.env`, wherever that is read.
_PLAIN = re.compile(r"[!%&(-\[\]-~]+")


def ask(question: str, *, hidden: bool = False) -> str:
    """Ask for a line; "" for Enter. What is hidden is not shown while it is typed."""
    said: str = typer.prompt(
        question, default="", show_default=False, hide_input=hidden and sys.stdin.isatty()
    )
    return said.strip()


def ask_value(question: str, *, hidden: bool = False) -> str:
    """Ask for what can stand in `.env` as it is; "" for Enter."""
    while said := ask(question, hidden=hidden):
        if _PLAIN.fullmatch(said):
            break
        typer.echo("  That has blanks, quotation marks or letters that do not belong there.")
    return said


def agree(question: str, *, enter: bool) -> bool:
    """Ask for yes or no; `enter` is what Enter means."""
    return typer.confirm(question, default=enter)
