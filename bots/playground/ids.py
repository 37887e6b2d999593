"""What the page is called where platforms have names, and who sits at it."""

from core.platform import ConversationRef

NAME = "playground"
PERSON = "local"
HERE = ConversationRef(platform=NAME, chat="page")
