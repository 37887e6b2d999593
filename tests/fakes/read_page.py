"""A page as a browser understands it: its tags, and what it says."""

from html.parser import HTMLParser


class ReadPage(HTMLParser):
    """The tags of a page, and what it says."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def told(self) -> dict[str | None, str | None]:
        """What it tells chats of itself."""
        return {m["property"]: m["content"] for m in self.all("meta") if "property" in m}
