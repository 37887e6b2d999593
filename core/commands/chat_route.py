"""Which chat models answer a question, with the defaults of whoever asks."""

from core.catalog import ChatModel, needs_of
from core.commands.command import Context
from core.errors import UserError
from core.talk import Question


def route_of(context: Context, question: Question, named: str = "") -> tuple[ChatModel, ...]:
    """The models that are asked, one after the other, until one can be had.

    Raises:
        UserError: none can.
    """
    catalog, needs = context.services.catalog, needs_of(question)
    default = context.preferences.chat_model or ""
    try:
        return catalog.route_chat(needs, named or default)
    except UserError:
        # A default never makes a question fail.
        if named or not default:
            raise
        return catalog.route_chat(needs)
