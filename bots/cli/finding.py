"""What `cliprelay doctor` says of one thing that it has looked at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. `fine` is None when there was nothing to check."""

    what: str
    fine: bool | None
    says: str
