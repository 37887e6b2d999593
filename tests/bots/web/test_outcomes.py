"""What has come of a form fits into a cookie, whatever it says and wherever it leads."""

import pytest
from starlette.requests import Request
from starlette.responses import RedirectResponse

from bots.web.outcomes import FormOutcome, note_outcome, outcome_of
from bots.web.signed_in import BACK, came_from
from core.people.sessions import Area

URL = "https://bot.example/here"
SESSION = "__Secure-cliprelay-dashboard=" + "s" * 43


def request(*cookies: str) -> Request:
    cookie = "; ".join((SESSION, *cookies)).encode()
    return Request({"type": "http", "headers": [(b"cookie", cookie)]})


@pytest.mark.parametrize("words", ["x", '"', "\n", "\\", "\x01", "长", "\ud800", ""])
@pytest.mark.parametrize("query", ["", "'" * 1990, "长" * 240, "a&" * 990])
def test_an_outcome_and_its_way_back_fit_into_the_headers_that_proxies_let_through(
    words: str, query: str
) -> None:
    address = f"../../dashboard/{came_from({BACK: f'access?id={query}'})}"
    answer = RedirectResponse(address, status_code=303)
    outcome = FormOutcome(text=words * 3000, is_done=False)
    note_outcome(answer, request(), URL, Area.DASHBOARD, outcome)
    size = sum(len(name) + len(value) + 4 for name, value in answer.raw_headers)
    told = answer.headers["set-cookie"].partition(";")[0]
    shown = outcome_of(request(told), URL, Area.DASHBOARD)

    # Seven hundred for those that all of our pages have.
    assert size < 4096 - 700
    assert shown
    assert not shown.is_done
    assert shown.text[:200] == words.replace("\ud800", "?") * min(200, 3000 * len(words))


def test_what_is_short_is_told_as_it_is() -> None:
    answer = RedirectResponse("../../dashboard/", status_code=303)
    outcome = FormOutcome(text='“恢复”\n"https://bot.example/v/' + "a" * 43 + '"', is_done=True)
    note_outcome(answer, request(), URL, Area.DASHBOARD, outcome)
    told = answer.headers["set-cookie"].partition(";")[0]

    assert outcome_of(request(told), URL, Area.DASHBOARD) == outcome
