"""Whether the ledger says the same as the rows of jobs and answers."""

from storage.database import Database
from tests.fakes.statements import say

_ENDED = "('done', 'failed', 'cancelled', 'stopped', 'broken')"
# Jobs from before there was a ledger are in none of its rows.
_JOBS = f"""
SELECT jobs.id, jobs.state, jobs.credits * 1000, -sum(allowance + own)
FROM jobs JOIN ledger ON ref = jobs.id
GROUP BY jobs.id
HAVING -sum(allowance + own) != jobs.credits * 1000 AND jobs.state IN {_ENDED}
    OR -sum(allowance + own) < jobs.credits * 1000
"""  # noqa: S608 - a constant
_ANSWERS = f"""
SELECT exchanges.id, state, exchanges.credits, -sum(allowance + own)
FROM exchanges JOIN ledger ON ref = 'answer/' || exchanges.id
WHERE state IN {_ENDED}
GROUP BY exchanges.id
HAVING abs(-sum(allowance + own) - exchanges.credits * 1000) > 1
"""  # noqa: S608 - a constant


async def unbalanced(database: Database) -> list[tuple[object, ...]]:
    """The jobs and answers for which another amount is held or spent than their rows say."""
    return [*await say(database, _JOBS), *await say(database, _ANSWERS)]
