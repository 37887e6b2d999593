"""Somebody who sends /forget and presses the button under the answer."""

from dataclasses import replace

from core.commands.dispatch import Answer, dispatch
from core.engine.engine import Engine
from core.i18n import Locale
from core.invocation import Invocation


async def forget(engine: Engine, where: Invocation) -> Answer:
    """The last answer; `where` says who sends it and in which chat."""
    asked = await dispatch(engine, replace(where, command="forget", text=""), Locale.EN)
    if asked.view is None or not asked.view.buttons:
        return asked
    (button,) = asked.view.buttons
    pressed = replace(where, command=button.command, text="", given=button.given)
    return await dispatch(engine, pressed, Locale.EN)
