"""Whether ledger and sums say the same as the rows they are about, and give nobody anything."""

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
# What is spent is never deleted, so its sums are those of the rows.
_SPENT = """
SELECT day, model, sum(amount), sum(orders) FROM (
    SELECT day, model, amount, orders FROM spending_sums
    UNION ALL
    SELECT day, model, allowance + own,
        CASE kind WHEN 'reserve' THEN -1 WHEN 'return' THEN 1 ELSE 0 END
    FROM ledger WHERE kind IN ('reserve', 'settle', 'return')
) AS both_of_them
GROUP BY day, model
HAVING sum(amount) != 0 OR sum(orders) != 0
"""
# Jobs that were deleted are still counted, but none that is there is left out.
_COUNTED = """
SELECT model, state, sum(jobs), sum(credits) FROM (
    SELECT model, state, jobs, credits FROM job_sums
    UNION ALL
    SELECT model, state, -1, -credits FROM jobs
    WHERE state IN ('done', 'failed', 'cancelled')
) AS both_of_them
GROUP BY model, state
HAVING sum(jobs) < 0 OR sum(credits) < 0
"""
UNBALANCED = (_JOBS, _ANSWERS, _GIVEN, _SPENT, _COUNTED)


async def unbalanced(database: Database) -> list[tuple[object, ...]]:
    """What another amount is held or spent for than its row says, or less than nothing."""
    return [row for question in UNBALANCED for row in await say(database, question)]
