"""What a gateway does not list for our key is marked, where it lists anything."""

import pytest

from core.catalog import load
from core.commands.dispatch import dispatch
from core.dialects import DIALECTS
from core.i18n import Locale, translate
from core.invocation import Invocation
from core.platform import ConversationRef, User
from tests.core.dialects.http_answers import as_json
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.memory_platform import NAME
from tests.fakes.raw_server import raw_server, replies

OTHERS = frozenset({"sandbox", *load((), tuple(DIALECTS)).gateways}) - {"eronmind"}
MARK = translate(Locale.EN, "models-unlisted")
# The first is a name that options make; the others only begin alike, or are of nobody here.
LIST = as_json({"data": [{"id": "veo_3_1-portrait-fast"}, {"id": "veo_3_1-async-2"}, {"id": "x"}]})


@pytest.mark.parametrize(
    ("answer", "marked"),
    [
        (LIST, {"veo_3_1-async"}),
        (as_json({"data": []}), set[str]()),
        (as_json({"error": "no"}, status=404), set[str]()),
    ],
)
async def test_models_that_the_key_does_not_list_are_marked(
    harness: EngineHarness, answer: bytes, marked: set[str]
) -> None:
    harness.gone = OTHERS
    async with raw_server(replies(answer)) as server:
        harness.roots = {"eronmind": server.url}
        async with harness.engine() as engine:
            asked = Invocation(
                command="models",
                text="",
                user=User(platform=NAME, id="ann"),
                conversation=ConversationRef(platform=NAME, chat="1"),
            )
            views = [(await dispatch(engine, asked, Locale.EN)).view for _ in range(2)]

    assert views[0]
    lines = views[0].text.splitlines()
    assert {line.split(" ")[0] for line in lines if MARK in line} == marked
    assert {line.split(" ")[0] for line in lines} >= {"veo_3_1", "veo_3_1-async"}
    assert len(server.requests) == 1
