"""What Discord calls people and servers: numbers, which do not say whose they are."""

from core.platform import IdFormat

NAME = "discord"
IDS = IdFormat(user="[0-9]{1,20}", chat="[0-9]{1,20}")
