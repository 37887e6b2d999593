"""Models that admins have set aside, and where it is kept, so that a restart does not end it."""

from collections.abc import Collection, Mapping
from typing import Protocol

from core.catalog.cooldown import Aside
from core.people.audit import Act


class AsideStore(Protocol):
    """What is set aside, by full keys. What gateways do not serve is here where many share it."""

    async def load(self) -> Mapping[str, Aside]:
        """What is set aside now."""
        ...

    async def add(self, model: str, aside: Aside) -> None:
        """Set one aside that its gateway does not serve; what lasts longer stays."""
        ...

    async def decide(self, models: Collection[str], aside: Aside | None, act: Act) -> None:
        """Set models aside as an admin wants it, or take them back; the act is written with it."""
        ...
