"""Pages of the dashboard: what they show, who may see it, and what is done from them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from markupsafe import escape

from core.errors import Fault, FaultKind
from core.i18n import Locale
from core.invocation import IdFormat
from core.jobs import Job, JobState
from core.media import Cost
from core.people.access import Policy, Rule
from core.people.audit import Act
from core.people.preferences import Preferences
from core.people.sessions import Area
from core.platform import ConversationRef, Party, User
from tests.fakes.dash_lab import ADMIN, DESK, DashLab, dash_lab, sign_in
from tests.fakes.engine_harness import TASKS, EngineHarness, stored
from tests.fakes.memory_platform import NAME
from tests.fakes.page_lab import is_refusal

PAGES = ("gateways", "spending", "access", "audit")
ANN = User(platform=NAME, id="ann")
QUOTA = Fault(kind=FaultKind.QUOTA, detail="no credit")
# What each takes, as the pages send it.
FORMS: Mapping[str, Mapping[str, str]] = {
    "cancel": {"job": "{waiting}"},
    "retry": {"job": "{failed}"},
    "allow": {"id": "other:7"},
    "deny": {"id": "other:7", "kind": "user"},
    "ban": {"id": "other:7", "kind": "user"},
    "grant": {"id": "other:7", "credits": "5"},
    "pause": {"minutes": "30", "prompt": "Back at noon."},
    "resume": {},
    "aside": {"model": TASKS, "minutes": "60"},
    "unaside": {"model": TASKS},
}
DECIDED = Act(by=ADMIN.party, at=1.0, command="allow", place=DESK.party)


@pytest.fixture
def harness(tmp_path: Path) -> EngineHarness:
    return EngineHarness(
        folder=tmp_path,
        root="http://127.0.0.1:9",
        policy=Policy(admins=frozenset({f"{NAME}:eve"}), allowed_chats=frozenset({f"{NAME}:1"})),
        ids={"other": IdFormat(user="[0-9]+", chat="-[0-9]+")},
    )


@pytest.fixture
async def dash(harness: EngineHarness) -> AsyncIterator[DashLab]:
    async with dash_lab(harness) as dash:
        yield dash


async def put_jobs(dash: DashLab) -> dict[str, str]:
    """The ids of a job of Ann's that waits and of one that has failed."""
    store, harness = dash.lab.engine.services.store, dash.lab.harness
    waiting = replace(harness.job(), state=JobState.DRAFT)
    failed = replace(
        harness.job("a dog"), state=JobState.FAILED, fault=QUOTA, ended_at=2.0, told=True
    )
    for job in (waiting, failed):
        await store.add(job)
    return {"waiting": waiting.id, "failed": failed.id}


async def filled(dash: DashLab, command: str) -> dict[str, str]:
    """The form of a command, about things that there are."""
    if command == "resume":
        await dash.post("do/pause", {}, event="before")
    if command == "unaside":
        await dash.post("do/aside", FORMS["aside"], event="before")
    jobs = await put_jobs(dash)
    return {name: value.format(**jobs) for name, value in FORMS[command].items()}


async def acts(dash: DashLab) -> list[Act]:
    return list(await dash.lab.engine.services.audit.latest(100))


@pytest.mark.parametrize("command", FORMS)
async def test_each_is_the_command_of_the_chat_with_a_line_in_the_audit(
    dash: DashLab, command: str
) -> None:
    form = await filled(dash, command)
    answer = await dash.post(f"do/{command}", {**form, "back": "access"})

    assert answer.status_code == 200, answer.text
    assert not is_refusal(answer)
    assert answer.request.url.path == "/dashboard/access"
    act = (await acts(dash))[0]
    assert (act.command, act.by, act.place) == (command, ADMIN.party, DESK.party)
    if "id" in form:
        assert act.about == "user other:7"
    if "job" in form:
        assert (act.about, act.what) == (f"user {ANN.party}", form["job"])


async def test_what_no_page_of_this_session_has_sent_is_not_done(dash: DashLab) -> None:
    forms = {command: await filled(dash, command) for command in FORMS}
    before = await acts(dash)
    other = await sign_in(dash.lab)
    for command, form in forms.items():
        path = f"do/{command}"
        answers = [
            await dash.sent(path, form, key=""),
            await dash.sent(path, form, key="f" * 64),
            await dash.sent(path, form, key=other.form_key),
            await dash.sent(path, form, origin=""),
            await dash.sent(path, form, origin="https://evil.example"),
            await dash.sent(path, form, origin="null"),
        ]
        gotten = await dash.get(path)

        assert [answer.status_code for answer in answers] == [403] * 6, command
        assert gotten.status_code == 404, command
        assert await acts(dash) == before, command


async def test_nobody_but_an_admin_of_now_does_it(dash: DashLab) -> None:
    forms = {command: await filled(dash, command) for command in FORMS}
    before = await acts(dash)
    gallery = await sign_in(dash.lab, ADMIN, Area.GALLERY)
    anns = await sign_in(dash.lab, ANN, Area.GALLERY)
    # As if she had been one when she asked for the link.
    no_more = await sign_in(dash.lab, ANN, Area.DASHBOARD)
    for command, form in forms.items():
        answers = [await who.post(f"do/{command}", form) for who in (gallery, anns, no_more)]

        assert [answer.status_code for answer in answers] == [401] * 3, command
        assert await acts(dash) == before, command


async def test_pages_are_for_admins_of_now_alone(dash: DashLab) -> None:
    no_more = await sign_in(dash.lab, ANN, Area.DASHBOARD)
    gallery = await sign_in(dash.lab, ADMIN, Area.GALLERY)
    for path in PAGES:
        shown = await dash.get(path)
        nobody = await dash.lab.client.get(f"/dashboard/{path}")
        refused = [await no_more.get(path), await gallery.get(path), nobody]

        assert shown.status_code == 200, path
        assert shown.headers["cache-control"] == "no-store", path
        assert [answer.status_code for answer in refused] == [401] * 3, path
        assert (await dash.post(path, {})).status_code == 405, path


async def test_what_pays_is_done_once_for_each_form_and_wish(dash: DashLab) -> None:
    credits_ = dash.lab.engine.services.credits.store
    seven, eight = (Party(platform="other", kind="user", id=name) for name in "78")
    for _ in range(3):
        await dash.post("do/grant", {"id": "other:7", "credits": "5"})
    await dash.post("do/grant", {"id": "other:8", "credits": "5"})
    once = await credits_.own(seven)
    await dash.post("do/grant", {"id": "other:7", "credits": "5"}, event="2")

    assert once == 5000
    assert await credits_.own(seven) == 10_000
    assert await credits_.own(eight) == 5000


async def test_a_job_of_somebody_else_is_retried_once_and_goes_where_it_was_ordered(
    dash: DashLab,
) -> None:
    job_id = (await put_jobs(dash))["failed"]
    said = [(await dash.post("do/retry", {"job": job_id})).text for _ in range(2)]
    await dash.lab.engine.idle()
    job = await stored(dash.lab.engine, job_id)

    assert (job.user, job.conversation) == (ANN, ConversationRef(platform=NAME, chat="1"))
    assert [act.command for act in await acts(dash)] == ["retry"]
    assert "Taken up again." in said[0]
    # Two presses at once have one answer.
    assert "Taken up again." in said[1]


async def test_who_cancels_is_told_that_it_may_cost_all_the_same(dash: DashLab) -> None:
    answer = await dash.post("do/cancel", {"job": (await put_jobs(dash))["waiting"]})

    assert "Cancelled. The gateway may still charge" in answer.text


async def test_a_job_of_ones_own_goes_where_it_was_ordered_too(dash: DashLab) -> None:
    own = replace(
        dash.lab.harness.job(), user=ADMIN, state=JobState.FAILED, fault=QUOTA, told=True
    )
    await dash.lab.engine.services.store.add(own)
    answer = await dash.post("do/retry", {"job": own.id})
    await dash.lab.engine.idle()
    job = await stored(dash.lab.engine, own.id)

    assert answer.status_code == 200
    assert job.conversation == own.conversation


REFUSED: Sequence[tuple[str, Mapping[str, str]]] = [
    ("allow", {}),
    ("ban", {"id": " "}),
    ("grant", {"credits": "5"}),
    ("cancel", {}),
    ("retry", {"job": ""}),
    ("aside", {"minutes": "5"}),
    ("grant", {"id": "other:7", "credits": "many"}),
    ("ban", {"id": "other:seven"}),
    ("deny", {"id": "other:7", "kind": "chat"}),
    ("ban", {"id": f"{NAME}:eve"}),
    ("aside", {"model": "nothing"}),
    ("pause", {"minutes": "0"}),
    ("resume", {}),
    ("unaside", {"model": TASKS}),
    ("cancel", {"job": "f" * 32}),
    ("shutdown", {}),
    ("broadcast", {"prompt": "buy"}),
    ("limits", {"id": "other:7", "daily": "5"}),
    ("..", {}),
]


async def test_what_is_missing_wrong_or_not_for_here_is_refused(dash: DashLab) -> None:
    for command, form in REFUSED:
        answer = await dash.post(f"do/{command}", {**form, "person": "eve", "group": "vip"})

        assert answer.status_code in {404, 405} or is_refusal(answer), (command, form)
        assert await acts(dash) == [], (command, form)


WAYS_BACK = [
    ("gateways", "../../dashboard/gateways"),
    ("jobs/{waiting}", "../../dashboard/jobs/{waiting}"),
    ("access?which=banned&id=a%26b", "../../dashboard/access?which=banned&id=a%26b"),
    ("access?which=x\r\nX-Evil: 1", "../../dashboard/access?which=x%0D%0AX-Evil%3A+1"),
    ("", "../../dashboard/"),
    ("https://evil.example/", "../../dashboard/"),
    ("//evil.example", "../../dashboard/"),
    ("/evil", "../../dashboard/"),
    ("\\\\evil.example", "../../dashboard/"),
    ("javascript:alert(1)", "../../dashboard/"),
    ("../../gallery/", "../../dashboard/"),
    ("x" * 21, "../../dashboard/"),
]


@pytest.mark.parametrize(("back", "href"), WAYS_BACK)
async def test_a_form_leads_back_to_a_page_of_the_dashboard(
    dash: DashLab, back: str, href: str
) -> None:
    jobs = await put_jobs(dash)
    answer = await dash.sent("do/cancel", {"job": jobs["waiting"], "back": back.format(**jobs)})

    assert (answer.status_code, answer.headers["location"]) == (303, href.format(**jobs))
    assert "x-evil" not in answer.headers


async def test_each_page_tells_its_forms_where_they_are(dash: DashLab) -> None:
    for path in ("", "gateways", "access?which=banned&id=a%26b"):
        text = (await dash.get(path)).text
        assert f'name="back" value="{escape(path)}"' in text


async def test_an_outcome_is_told_once_and_only_to_the_session_that_it_is_of(
    dash: DashLab,
) -> None:
    answer = await dash.sent("do/aside", {"model": TASKS, "back": "gateways"})
    (cookie,) = (each for each in answer.headers.get_list("set-cookie") if "said=" in each)
    told = cookie.partition(";")[0]
    name, _, value = told.partition("=")
    other = await sign_in(dash.lab)
    said, _, signature = value.partition(".")
    forged = (
        f"{name}=x{value}",
        f"{name}={said}.",
        f"{name}=é",
        f"{name}={said[:-4]}.{signature}",
    )

    shown = await dash.get("gateways", cookie=f"{dash.cookie}; {told}")
    assert "Set aside until" in shown.text
    assert f'{name}=""' in shown.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert (
        "Set aside until"
        not in (await other.get("gateways", cookie=f"{other.cookie}; {told}")).text
    )
    assert (
        "Set aside until"
        not in (await dash.get("gateways", cookie=f"{dash.cookie}; {told}; {told}")).text
    )
    for each in forged:
        page = await dash.lab.client.get(
            "/dashboard/gateways", headers=[(b"cookie", f"{dash.cookie}; {each}".encode())]
        )
        assert page.status_code == 200
        assert 'role="status"' not in page.text


async def test_an_outcome_that_is_too_long_for_a_cookie_is_cut(dash: DashLab) -> None:
    answer = await dash.sent("do/ban", {"id": f"{NAME}:{'长' * 250}"})
    long = await dash.sent("do/pause", {"minutes": "x" * 9000})

    for each in (answer, long):
        assert each.status_code == 303
        assert len(each.headers["set-cookie"]) < 2500


async def test_a_page_answers_in_its_own_language_and_names_its_own_buttons(
    dash: DashLab,
) -> None:
    chosen = Preferences(language=Locale.EN)
    await dash.lab.engine.services.preferences.save(ADMIN.party, chosen)
    aside = await dash.post("do/aside", {"model": TASKS}, accept_language="zh-CN")
    english = await dash.post("do/aside", {"model": TASKS}, event="2")
    paused = await dash.post("do/pause", {"minutes": "5"}, accept_language="zh-CN")
    refused = await dash.post("do/unaside", {"model": "nothing"}, accept_language="zh-CN")

    assert "“恢复”" in aside.text
    assert "“Take back”" in english.text
    assert "“结束暂停”" in paused.text
    assert "没有模型" in refused.text
    for page in (aside, english, paused):
        said = page.text.partition('role="status"')[2].partition("</p>")[0]
        assert "/unaside" not in said
        assert "/resume" not in said


async def test_a_pause_is_shown_with_the_button_that_ends_it(dash: DashLab) -> None:
    before = (await dash.get("gateways")).text
    await dash.post("do/pause", {"minutes": "30", "prompt": "Back <soon>"})
    during = (await dash.get("gateways")).text
    await dash.post("do/resume", {})
    after = (await dash.get("gateways")).text

    assert 'action="do/resume"' not in before + after
    assert 'action="do/resume"' in during
    assert "Nothing new is taken until 20" in during
    assert "Back &lt;soon&gt;" in during


async def test_gateways_say_what_they_do_and_how_it_went(dash: DashLab) -> None:
    services, harness = dash.lab.engine.services, dash.lab.harness
    now = services.sessions.now()
    done = replace(
        harness.job(),
        state=JobState.DONE,
        created_at=now - 90,
        started_at=now - 80,
        ended_at=now - 5,
        cost=Cost(amount=0.25),
        told=True,
    )
    failed = replace(done, id="f" * 32, state=JobState.FAILED, fault=QUOTA, cost=None)
    for job in (done, failed):
        await services.store.add(job)
    services.meters.took("sandbox", {"running": 70.0, "delivering": 4.0})
    for _ in range(3):
        services.meters.failed("sandbox", "job", "quota", in_a_row=True)
    services.meters.succeeded("147ai", "job")
    services.catalog.cooldown.put("147ai/veo3-fast")
    text = (await dash.get("gateways")).text

    for said in (
        "3 faults in a row: quota",
        '<span class="badge works">works</span>',
        "1 set aside",
        "0.25 USD",
        "up to 2:00",
        "up to 0:05",
        '<td class="number">1:15</td>',
        "unavailable at the gateway, next try in 60 min",
    ):
        assert said in text
    taken = await dash.post("do/unaside", {"model": "147ai/veo3-fast"})
    assert taken.status_code == 200
    assert "147ai/veo3-fast" not in services.catalog.cooldown


async def test_spending_is_summed_for_the_days_that_were_chosen(dash: DashLab) -> None:
    services, harness = dash.lab.engine.services, dash.lab.harness
    await services.store.add(replace(harness.job(), state=JobState.DONE, credits=50))
    texts = {days: (await dash.get(f"spending?days={days}")).text for days in (7, 30, 90)}
    odd = [(await dash.get(f"spending?days={each}")) for each in ("8", "-1", "x" * 999, "")]

    for days, text in texts.items():
        assert text.count('<tr><th scope="row">20') == days
        assert f'<option value="{days}" selected>' in text
        assert text.count('<rect class="bar" x=') == 1
        assert "chat:ann" in text
        assert TASKS in text
        assert "50 credits" in text
    assert {answer.status_code for answer in odd} == {200}


async def test_access_is_shown_in_pages_with_who_decided(dash: DashLab) -> None:
    access = dash.lab.engine.services.access
    for number in range(60):
        party = Party(platform="other", kind="user", id=f"{number:03}")
        await access.save(Rule(party=party, allowed=True, act=DECIDED))
    await dash.post("do/ban", {"id": "other:-9"})
    first = (await dash.get("access")).text
    later = first.partition('<a href="access?')[2].partition('"')[0].replace("&amp;", "&")
    second = (await dash.get(f"access?{later}")).text
    banned = (await dash.get("access?which=banned")).text
    found = (await dash.get("access?id=other:05")).text

    assert first.count('<tr>\n<th scope="row">') == 50
    assert second.count('<tr>\n<th scope="row">') == 11
    assert "access?" not in second.partition("</table>")[2]
    assert banned.count('<th scope="row">') == 1
    assert ">other:-9</th>" in banned
    assert found.count('<th scope="row">') == 10
    assert f"{NAME}:eve" in first
    assert f"<dd>{NAME}:1</dd>" in first
    for odd in ("which=nothing", "after=x", "after=%00 a b", "id=%25", "which=kept-out"):
        assert (await dash.get(f"access?{odd}")).status_code == 200


async def test_who_sits_at_the_machine_is_named_as_people_know_it(harness: EngineHarness) -> None:
    harness.policy = replace(harness.policy, terminals=frozenset({"desk"}))
    async with dash_lab(harness) as dash:
        page = (await dash.get("access")).text

    assert f"<dd>{NAME}:eve (and whoever runs cliprelay chat or generate on the bot" in page
    assert "desk" not in page


async def test_the_audit_is_read_from_the_newest_on_by_words(dash: DashLab) -> None:
    for number in range(55):
        command = "deny" if number % 2 else "allow"
        about = f"user other:{number:03}"
        await dash.lab.engine.services.audit.write(replace(DECIDED, command=command, about=about))
    first = (await dash.get("audit")).text
    later = first.partition('<a href="audit?')[2].partition('"')[0].replace("&amp;", "&")
    second = (await dash.get(f"audit?{later}")).text
    allowed = (await dash.get("audit?words=/allow+other:002")).text

    assert first.index("other:054") < first.index("other:053")
    assert first.count("<tr><td ") == 50
    assert second.count("<tr><td ") == 5
    assert "other:000" in second
    assert allowed.count("<tr><td ") == 1
    for odd in ("before=x", "before=-1", f"before={'9' * 40}", "before=²", "words=%00"):
        assert (await dash.get(f"audit?{odd}")).status_code == 200


EVIL = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'onmouseover='alert(1)",
    "</style><script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "javascript:alert(1)",
)


@pytest.mark.parametrize("before", ["9" * 5000, "9" * 10, "-1", "٣", "1e3", ""])
async def test_an_odd_place_in_the_audit_is_its_beginning(dash: DashLab, before: str) -> None:
    assert (await dash.get(f"audit?before={before}")).status_code == 200


@pytest.mark.parametrize("evil", EVIL)
async def test_whatever_strangers_are_called_is_text(dash: DashLab, evil: str) -> None:
    services, harness = dash.lab.engine.services, dash.lab.harness
    word = evil.replace(" ", "")
    await dash.post("do/ban", {"id": f"{NAME}:{word}"})
    await dash.post("do/pause", {"prompt": evil})
    now = services.sessions.now()
    job: Job = replace(
        harness.job(),
        user=User(platform=NAME, id=word),
        model=f"sandbox/{evil}",
        state=JobState.DONE,
        created_at=now,
        started_at=now,
        ended_at=now + 5,
        cost=Cost(amount=1, unit=evil),
    )
    await services.store.add(job)
    services.meters.failed("sandbox", "job", evil, in_a_row=True)
    paths = [*PAGES, f"audit?words={word}", f"access?id={word}", f"access?after=a+b+{word}"]
    texts = [(await dash.get(path)).text for path in paths]
    refused = await dash.post("do/aside", {"model": word, "back": word})
    texts.append(refused.text)

    assert sum(str(escape(evil)) in text for text in texts) >= 3
    for text in texts:
        assert "<script" not in text.replace('<script src="../assets/', "")
        assert "<img" not in text
        assert "'onmouseover" not in text
        assert 'href="javascript' not in text
        assert ">49<" not in text
