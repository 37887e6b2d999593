"""Where the results of an order lie, as the gateway tells it."""

from dataclasses import dataclass

from sandbox.orders import Order

NOBODY_LISTENS = "http://127.0.0.1:1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The addresses of one order. `root` is the gateway as the client called it."""

    root: str
    order: Order

    def watch(self, nth: int = 1) -> str:
        """The video in the page."""
        return f"{self._media}/cdn/{self.order.id}-{nth}.mp4"

    def download(self, nth: int = 1) -> str:
        """The same video as an attachment."""
        return f"{self._media}/cdn/download/{self.order.id}-{nth}.mp4"

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
    def _media(self) -> str:
        return NOBODY_LISTENS if "private-link" in self.order.words else self.root
