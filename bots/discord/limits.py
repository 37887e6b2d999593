"""What Discord takes: how much, how often, how large and how late."""

import discord

from bots.discord.markdown import written
from bots.discord.text import TEXT_CHARS
from core.limits import Limits

UPLOAD_BYTES = discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES
# The window is a little longer than Discord's, whose clock is not ours.
LIMITS = Limits(
    writes=5,
    window_seconds=5.05,
    edit_seconds=1.5,
    text_chars=TEXT_CHARS,
    upload_bytes=UPLOAD_BYTES,
    per_thread=True,
    platform_writes=45,
    album=10,
    in_place=10,
    written=written,
)
# Later edits have a hidden limit of their own, which is soon reached (code 30046).
EDITABLE_SECONDS = 3600.0
