"""Whether the ledger says the same as the rows of jobs and answers, and gives nobody anything."""

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
# What has no row of its own, like a character, is known to the ledger alone.
_GIVEN = """
SELECT ref, sum(allowance), sum(own)
FROM ledger WHERE kind IN ('reserve', 'settle', 'return')
GROUP BY ref
HAVING sum(allowance) > 0 OR sum(own) > 0
"""
UNBALANCED = (_JOBS, _ANSWERS, _GIVEN)


async def unbalanced(database: Database) -> list[tuple[object, ...]]:
    """What another amount is held or spent for than its row says, or less than nothing."""
    return [row for question in UNBALANCED for row in await say(database, question)]
