"""The border to whatever keeps what was logged and exchanged for a job."""

from collections.abc import Mapping, Sequence
from typing import Protocol

LogLine = Mapping[str, object]
"""What happened at one moment, without secrets. `at` is in seconds since 1970. Of a line of the
log there are `level`, `text` and `fields`, of an exchange with the gateway `method`, `url`,
`status`, `seconds`, `asked` and `answered`."""


class JobLogs(Protocol):
    """The logs of jobs."""

    async def read(self, job_id: str) -> Sequence[LogLine]:
        """What is known of a job here, in its order; empty where nothing is."""
        ...


class KeepsNoLogs:
    """Nobody looks at them."""

    async def read(self, job_id: str) -> Sequence[LogLine]:
        """There are none."""
        del job_id
        return ()
