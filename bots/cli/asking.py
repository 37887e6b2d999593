"""Questions to whoever sits at the terminal, or has piped the answers in.

Ctrl-C and the end of the input raise `typer.Abort`.
"""

import re
import sys

import typer

# What needs no quotation marks in `.env`, wherever that is read.
_PLAIN = re.compile(r"[!%&(-\[\]-~]+")


def ask(question: str) -> str:
    """Ask for a line; "" for Enter."""
    return _prompt(question, hidden=False)


def ask_secret(question: str) -> str:
    """Ask for a line that is not shown while it is typed; "" for Enter."""
    while secret := _prompt(question, hidden=sys.stdin.isatty()):
        if _PLAIN.fullmatch(secret):
            break
        typer.echo("  That has blanks, quotation marks or letters that no key has. Copy it again.")
    return secret


def agree(question: str, *, enter: bool) -> bool:
    """Ask for yes or no; `enter` is what Enter means."""
    return typer.confirm(question, default=enter)


def _prompt(question: str, *, hidden: bool) -> str:
    said: str = typer.prompt(question, default="", show_default=False, hide_input=hidden)
    return said.strip()
