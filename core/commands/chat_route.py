"""Which chat models answer a question, with the defaults of whoever asks."""

from dataclasses import dataclass

from core.catalog import ChatAbility, ChatModel, needs_of
from core.chat.turns import fitting
from core.chat.watching import ways_to_show
from core.commands.command import Context
from core.errors import UserError
from core.talk import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutedQuestion:
    """A question, who can answer it, and what its person is told about how it is put."""

    question: Question
    route: tuple[ChatModel, ...]
    note: str = ""


async def routed_question(context: Context, question: Question, named: str = "") -> RoutedQuestion:
    """The first way in which some model can be shown all that there is to see.

    Raises:
        UserError: there is none, for the reason that the last way has met.
    """
    refusal: UserError | None = None
    async for way in ways_to_show(context.services, question, context.locale):
        try:
            route = _route(context, way.question, named)
        except UserError as error:
            refusal = error
            continue
        able = tuple(model for model in route if way.suits(model))
        objections = {model.key: _too_long(model, way.question) for model in able}
        if fits := tuple(model for model in able if objections[model.key] is None):
            return RoutedQuestion(question=way.question, route=fits, note=way.note)
        refusal = next(filter(None, objections.values()), refusal)
    raise refusal or context.services.catalog.lacks(ChatAbility.WATCHING)


def _too_long(model: ChatModel, question: Question) -> UserError | None:
    try:
        fitting(model, question.turns, question.system)
    except UserError as error:
        return error
    return None


def _route(context: Context, question: Question, named: str) -> tuple[ChatModel, ...]:
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
