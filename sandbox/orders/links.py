"""Where the results of an order lie, as the gateway tells it."""

from dataclasses import dataclass

from sandbox.orders.order import PaidOrder

NOBODY_LISTENS = "http://127.0.0.1:1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The addresses of one order.

    Attributes:
        root: the gateway as the client called it.
        inline: the picture itself as a `data:` URI, where it stands in place of its address.
    """

    root: str
    order: PaidOrder
    inline: str = ""

    def watch(self, nth: int = 1) -> str:
        """The video or picture in the page."""
        return self.inline or f"{self._media}/cdn/{self.order.id}-{nth}.{self._suffix}"

    def download(self, nth: int = 1) -> str:
        """The same as an attachment."""
        return f"{self._media}/cdn/download/{self.order.id}-{nth}.{self._suffix}"

    def preview(self) -> str:
        """The first video in low quality."""
        return f"{self._media}/cdn/{self.order.id}-1-low.mp4"

    def preview_download(self) -> str:
        """The preview as an attachment."""
        return f"{self._media}/cdn/download/{self.order.id}-1-low.mp4"

    def thumbnail(self, nth: int = 1) -> str:
        """A still picture."""
        return f"{self._media}/cdn/{self.order.id}-{nth}.webp"

    @property
    def web(self) -> str:
        """The page for people that follows the task."""
        return f"{self.root}/web/{self.order.task_id}"

    @property
    def source(self) -> str:
        """The same for programs."""
        return f"{self.root}/source/{self.order.task_id}"

    @property
    def _suffix(self) -> str:
        return "png" if self.order.picture else "mp4"

    @property
    def _media(self) -> str:
        return NOBODY_LISTENS if "private-link" in self.order.words else self.root
