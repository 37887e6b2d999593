"""Outages that remember what was said of them."""

from bots.outages import Outages


class NotedOutages(Outages):
    """Keeps in `history` what platforms have said: "works" or "fails", oldest first."""

    def __init__(self) -> None:
        super().__init__()
        self.history: list[str] = []

    def works(self, platform: str) -> None:
        self.history.append("works")
        super().works(platform)

    def fails(self, platform: str) -> None:
        self.history.append("fails")
        super().fails(platform)
