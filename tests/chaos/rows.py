"""What the bot's database says, read beside it."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chaos.verdict import Stored
from tests.chaos.wishes import WORD
from tests.fakes.balances import UNBALANCED

_ENDED = {"done", "failed", "cancelled", "stopped", "broken"}
_JOBS = """
SELECT json_extract(request, '$.prompt') AS prompt, state, told, conversation,
       json_array(json_extract(status, '$.id'), json_extract(delivered, '$.id')) AS messages
FROM jobs
"""
_ANSWERS = """
SELECT prompt, state, told, conversation,
       (SELECT json_group_array(json_extract(value, '$.id')) FROM json_each(messages)) AS messages
FROM exchanges
"""
_OPEN = f"""
SELECT count(*) FROM (
    SELECT state, told FROM jobs UNION ALL SELECT state, told FROM exchanges
) WHERE NOT told OR state NOT IN ({", ".join(f"'{state}'" for state in sorted(_ENDED))})
"""  # noqa: S608 - constants

_STATES = """
SELECT iif(posting, 'posting', state) FROM jobs
WHERE state NOT IN ('done', 'failed', 'cancelled')
UNION ALL SELECT state FROM exchanges WHERE state = 'asking'
"""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one database."""

    path: Path

    def all(self) -> list[Stored]:
        """Every job and every answer."""
        jobs = [_stored(row, is_answer=False) for row in self._say(_JOBS)]
        return [*jobs, *(_stored(row, is_answer=True) for row in self._say(_ANSWERS))]

    def are_over(self) -> bool:
        """Whether nothing goes on or is still to be told."""
        return self._say(_OPEN) == [(0,)]

    def open_states(self) -> list[str]:
        """The states of what goes on."""
        return [str(row[0]) for row in self._say(_STATES)]

    def unbalanced(self) -> list[str]:
        """What the ledger says otherwise than the rows."""
        return [f"not balanced: {row}" for each in UNBALANCED for row in self._say(each)]

    def ids(self) -> set[str]:
        """Who may have files."""
        found = self._say("SELECT id FROM jobs UNION SELECT id FROM exchanges")
        return {str(row[0]) for row in found}

    def _say(self, sql: str) -> list[tuple[Any, ...]]:
        # Not made where it is missing: the bot alone does that.
        there = f"{self.path.as_uri()}?mode=rw"
        with closing(sqlite3.connect(there, timeout=30, uri=True)) as beside:
            return beside.execute(sql).fetchall()


def _stored(row: Sequence[Any], *, is_answer: bool) -> Stored:
    prompt, state, told, conversation, messages = row
    place: dict[str, str] = json.loads(conversation)
    found = WORD.search(prompt)
    assert found, prompt
    return Stored(
        word=found[0],
        state=state,
        # A thread is a channel of its own.
        chat=place["thread"] or place["chat"],
        messages=tuple(each for each in json.loads(messages) if each),
        is_ended=state in _ENDED,
        is_told=bool(told),
        is_made=state == "done",
        is_answer=is_answer,
    )
