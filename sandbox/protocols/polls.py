"""A question after a task, and the odd answers that all task protocols have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from sandbox.orders.intake import Intake, links_of
from sandbox.orders.links import Links
from sandbox.orders.order import PaidOrder, fraction_done, wait_seconds
from sandbox.orders.refusals import BAD_GATEWAY_PAGE

STARTS_AT = 0.05
KNOWN_FROM = 0.15
REVIEWED_AT = 0.93
BAD_POLLS = 3
MANY = 1000
STRANGE_STATUSES = ("UNKNOWN", "", None, "queueing", "submitted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One question after a task. `nth` counts from 1."""

    order: PaidOrder
    links: Links
    fraction: float
    seconds: float
    nth: int


PollAnswer = Callable[[Poll], Response | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFormat:
    """How one protocol says where a task stands.

    Attributes:
        unknown: nobody knows the id.
        strange: it runs, under a status that nobody expects.
        stuck: it runs, and has not moved.
        moderated: the review has refused it.
        linkless: it is done, and nothing says where its video is.
    """

    unknown: Callable[[], Response]
    strange: Callable[[Poll, str | None], Mapping[str, object]]
    stuck: Callable[[Poll], Mapping[str, object]]
    moderated: Callable[[Poll], Mapping[str, object]]
    linkless: Callable[[Poll], Mapping[str, object]]

    def odd_answers(self) -> dict[str, PollAnswer]:
        """The #words that every task protocol obeys; each answers in place of the truth."""
        return {
            "late": self._late,
            "poll-errors": poll_errors,
            "unknown-status": self._unknown_status,
            "hang": self._hang,
            "fail-moderation": self._fail_moderation,
            "no-url": self.without_link,
            "nolink": self.without_link,
        }

    def _late(self, poll: Poll) -> Response | None:
        return self.unknown() if poll.fraction < KNOWN_FROM else None

    def _unknown_status(self, poll: Poll) -> Response | None:
        if poll.fraction >= 1:
            return None
        strange = STRANGE_STATUSES[(poll.nth - 1) % len(STRANGE_STATUSES)]
        return JSONResponse(self.strange(poll, strange))

    def _hang(self, poll: Poll) -> Response | None:
        return JSONResponse(self.stuck(poll)) if poll.fraction >= STARTS_AT else None

    def _fail_moderation(self, poll: Poll) -> Response | None:
        return JSONResponse(self.moderated(poll)) if poll.fraction >= REVIEWED_AT else None

    def without_link(self, poll: Poll) -> Response | None:
        """Done, and no link."""
        return JSONResponse(self.linkless(poll)) if poll.fraction >= 1 else None

    def array_url(self, poll: Poll) -> Response | None:
        """Done, and the link is a list inside a text."""
        if poll.fraction < 1:
            return None
        return JSONResponse({**self.linkless(poll), "video_url": f'["{poll.links.watch()}"]'})


def poll_errors(poll: Poll) -> Response | None:
    """The first polls meet a broken proxy."""
    return HTMLResponse(BAD_GATEWAY_PAGE, 502) if poll.nth <= BAD_POLLS else None


def first_answer(words: Mapping[str, PollAnswer], poll: Poll) -> Response | None:
    """What the prompt wants to be said in place of the truth, if anything."""
    wanted = (answer(poll) for word, answer in words.items() if word in poll.order.words)
    return next(filter(None, wanted), None)


def poll_of(intake: Intake, request: Request, order: PaidOrder, what: str = "poll") -> Poll:
    """What is true of the order at this moment; `what` is asked for is counted."""
    return Poll(
        order=order,
        links=links_of(request, order),
        fraction=fraction_done(order, intake.options),
        seconds=wait_seconds(order, intake.options),
        nth=intake.nth_time(what, order),
    )


def last_poll(intake: Intake, links: Links) -> Poll:
    """What will be true of the order when it is over."""
    seconds = wait_seconds(links.order, intake.options)
    return Poll(order=links.order, links=links, fraction=1.0, seconds=seconds, nth=MANY)
