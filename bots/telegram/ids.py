"""What Telegram calls people and chats: numbers, which are negative for groups and channels."""

from core.invocation import IdFormat

NAME = "telegram"
IDS = IdFormat(user="[0-9]{1,20}", chat="-?[0-9]{1,20}")
