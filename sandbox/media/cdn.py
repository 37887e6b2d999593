"""/cdn: the videos, pictures and stills, rendered when they are first asked for."""

from functools import partial

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sandbox.media.cache import Clip, MediaCache
from sandbox.media.faults import Download, cdn_error, spoil
from sandbox.orders.intake import Intake
from sandbox.slow_response import unless_gone


class RenderedFile(Response):
    """A file that may have to be rendered first; a client that goes away stops that."""

    def __init__(self, download: Download, *, attachment: bool, mime: str = "video/mp4") -> None:
        super().__init__()
        self._mime = mime
        self._download = download
        self._attachment = attachment

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Render, then send the file, ranges and all."""
        path = await unless_gone(self._download.render(), receive)
        if path is None:
            return
        name = path.name if self._attachment else None
        kind = "binary/octet-stream" if self._attachment else self._mime
        await FileResponse(path, media_type=kind, filename=name)(scope, receive, send)


class CdnRoutes:
    """The addresses of everything that was made."""

    def __init__(self, intake: Intake, cache: MediaCache) -> None:
        self._intake = intake
        self._cache = cache
        self.routes = [
            Route("/cdn/{name}.mp4", self.watch),
            Route("/cdn/download/{name}.mp4", self.download),
            Route("/cdn/{name}.webp", self.still),
            Route("/cdn/{name}.png", self.picture),
            Route("/cdn/download/{name}.png", self.picture_download),
        ]

    async def watch(self, request: Request) -> Response:
        """The video for a page."""
        return self._result(request, attachment=False)

    async def download(self, request: Request) -> Response:
        """The same bytes to be saved."""
        return self._result(request, attachment=True)

    async def picture(self, request: Request) -> Response:
        """The picture for a page."""
        return self._result(request, attachment=False, picture=True)

    async def picture_download(self, request: Request) -> Response:
        """The same bytes to be saved."""
        return self._result(request, attachment=True, picture=True)

    async def still(self, request: Request) -> Response:
        """A picture of the video."""
        clip = self._clip(request)
        return FileResponse(await self._cache.still(clip)) if clip else _missing()

    def _result(self, request: Request, *, attachment: bool, picture: bool = False) -> Response:
        if "authorization" in request.headers:
            return cdn_error(400, "InvalidArgument", "Only one auth mechanism allowed")
        clip = self._clip(request)
        if clip is None or clip.order.picture is not picture:
            return _missing()
        nth = self._intake.nth_time("download", clip.order)
        make, mime = self._cache.video, "video/mp4"
        if picture:
            make, mime = self._cache.picture, "image/png"
        download = Download(render=partial(make, clip), nth=nth)
        return spoil(download, clip.order.words) or RenderedFile(
            download, attachment=attachment, mime=mime
        )

    def _clip(self, request: Request) -> Clip | None:
        return self._cache.clip(request.path_params["name"])


def _missing() -> Response:
    return cdn_error(404, "NoSuchKey", "The specified key does not exist.")
