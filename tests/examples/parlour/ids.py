"""What the parlour calls people and rooms."""

from core.invocation import IdFormat

NAME = "parlour"
IDS = IdFormat(user="@[a-z]+", chat="#[a-z]+")
