"""The border to whatever keeps what was logged and exchanged for a job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

NUMBER = "number"
"""In a line that is not in a file yet: its place among all such lines of this process."""

LogLine = Mapping[str, object]
"""What happened at one moment, without secrets. `at` is in seconds since 1970. Of a line of the
log there are `level`, `text` and `fields`, of an exchange with the gateway `method`, `url`,
`status`, `seconds`, `asked` and `answered`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogNews:
    """What is new in the log of a job.

    Attributes:
        begins: by which the log of a new attempt is told from an earlier one; 0 without a log.
        mark: what to ask for next, see `JobLogs.news`.
        lines: those that have come or changed, each with its `NUMBER`.
    """

    begins: int = 0
    mark: int = 0
    lines: Sequence[LogLine] = ()


class JobLogs(Protocol):
    """The logs of jobs."""

    async def read(self, job_id: str) -> Sequence[LogLine]:
        """What is known of a job here, in its order; empty where nothing is."""
        ...

    async def news(self, job_id: str, mark: int) -> LogNews:
        """What has come since that mark, or all that is in no file yet since 0."""
        ...


class KeepsNoLogs:
    """Nobody looks at them."""

    async def read(self, job_id: str) -> Sequence[LogLine]:
        """There are none."""
        del job_id
        return ()

    async def news(self, job_id: str, mark: int) -> LogNews:
        """There are none."""
        del job_id
        return LogNews(mark=mark)
