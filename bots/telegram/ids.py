"""What Telegram calls people and chats: numbers, which are negative for groups and channels."""

from core.invocation import IdFormat

NAME = "telegram"
MENTION = "tg://user?id="
IDS = IdFormat(
    user="[0-9]{1,20}",
    chat="-?[0-9]{1,20}",
    mention=r"tg://user\?id=([0-9]{1,20})",
    # Bots are told nobody's id by these.
    name=r"@\w{4,32}",
)
