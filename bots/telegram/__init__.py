"""Telegram: updates in, messages and videos out."""

import os

# How python-telegram-bot is asked for times as timedelta; else it warns at every flood limit.
os.environ.setdefault("PTB_TIMEDELTA", "1")  # noqa: TID251 - written for a library, not read
