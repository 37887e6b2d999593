"""What a job looks like."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalog import Model, State
from core.catalog.variants import Variant
from core.errors import RECOVERABLE, Fault, FaultKind
from core.i18n import Locale
from core.jobs import Job, JobState
from core.media import (
    Accepted,
    Asset,
    Event,
    MediaKind,
    MediaRequest,
    Queued,
    RemoteAsset,
    Rendering,
    TaskRef,
    Unmet,
)
from core.messages.progress import Phase, Progress, advance, learned_seconds
from core.messages.views import draft_view, ended_view, result_view, running_view
from core.messages.wording import clock, describe_request, excerpt
from core.platform import ConversationRef, User
from core.storyboard import read_shots, storyboard

MODEL = Model(gateway="g", name="reel-1", dialect="chat_video", credits=10, expected_seconds=100)
JOB = Job(
    id="7",
    user=User(platform="chat", id="ann"),
    locale="en",
    conversation=ConversationRef(platform="chat", chat="1"),
    model="g/reel-1",
    request=MediaRequest(prompt="a cat", ratio="9:16", seconds=8),
    credits=10,
    created_at=0.0,
    started_at=1000.0,
)
CLIP = Asset(
    kind=MediaKind.VIDEO, path=Path("1.mp4"), mime="video/mp4", size_bytes=1, width=9, height=16
)
SOME = 0.5


def first_line(progress: Progress, elapsed: float, job: Job = JOB) -> str:
    """What a narrow platform shows."""
    return running_view(job, MODEL, progress, 1000.0 + elapsed).text.splitlines()[0]


@given(st.lists(st.builds(Rendering, fraction=st.none() | st.floats(0, 1))))
def test_the_bar_never_goes_back_and_never_says_that_it_is_done(events: list[Rendering]) -> None:
    shown = [Progress()]
    for event in events:
        shown.append(advance(shown[-1], event))

    fractions = [progress.fraction for progress in shown if progress.fraction is not None]
    assert fractions == sorted(fractions)
    assert all(fraction <= 0.99 for fraction in fractions)


@pytest.mark.parametrize(
    ("event", "phase"),
    [
        (Accepted(), Phase.RENDERING),
        (Queued(), Phase.QUEUED),
        (Rendering(), Phase.RENDERING),
        (Rendering(fraction=0.7), Phase.RENDERING),
        (Rendering(fraction=0.1), Phase.RETRYING),
        (Rendering(retrying=True), Phase.RETRYING),
    ],
)
def test_every_event_has_a_phase(event: Event, phase: Phase) -> None:
    after = advance(Progress(phase=Phase.SUBMITTING, fraction=SOME), event)

    assert after.phase is phase
    assert after.fraction is not None
    assert after.fraction >= SOME


def test_a_second_attempt_stays_one_until_it_tells_a_number_again() -> None:
    retrying = advance(Progress(fraction=SOME), Rendering(fraction=0.1))

    still = advance(retrying, Rendering())
    over = advance(still, Rendering(fraction=0.6))

    assert (still.phase, over.phase) == (Phase.RETRYING, Phase.RENDERING)


def test_progress_that_is_told_is_shown_with_the_time_that_is_left() -> None:
    line = first_line(Progress(phase=Phase.RENDERING, fraction=SOME), 30)

    assert line == "▓▓▓▓▓▓░░░░░░ 50% · rendering · 0:30 · about 0:30 left"


@pytest.mark.parametrize(
    ("ahead", "en", "zh"),
    [
        (None, "queued at the gateway", "正在网关排队"),
        (0, "next in line at the gateway", "网关排队中，即将轮到"),
        (1, "queued at the gateway, 1 job ahead", "网关排队中，前面还有 1 个任务"),
        (7, "queued at the gateway, 7 jobs ahead", "网关排队中，前面还有 7 个任务"),
    ],
)
def test_the_place_in_the_gateways_queue_is_told(ahead: int | None, en: str, zh: str) -> None:
    progress = advance(Progress(), Queued(ahead=ahead))

    said = [first_line(progress, 25, replace(JOB, locale=locale)) for locale in ("en", "zh")]

    assert [line.split(" · ")[1] for line in said] == [en, zh]


def test_what_the_gateway_says_of_its_work_is_quoted_as_long_as_it_is_new() -> None:
    loading = advance(Progress(), Rendering(note="Loading weights"))
    silent = advance(loading, Rendering(fraction=SOME))
    made = replace(loading, phase=Phase.COLLECTING)

    english, chinese, later, after = (
        running_view(job, MODEL, progress, 1010.0).text.splitlines()[1]
        for job, progress in (
            (JOB, loading),
            (replace(JOB, locale="zh"), loading),
            (JOB, silent),
            (JOB, made),
        )
    )

    assert english == "The gateway says: “Loading weights”"
    assert chinese == "网关提示：“Loading weights”"
    assert later == after == describe_request(JOB, MODEL)


def test_progress_that_is_guessed_says_so_and_stops_short_of_the_end() -> None:
    early, late = (first_line(Progress(phase=Phase.RENDERING), seconds) for seconds in (25, 500))

    assert early == "▓▓▓░░░░░░░░░ ~25% · rendering · 0:25 · about 1:15 left"
    assert late == "▓▓▓▓▓▓▓▓▓▓▓░ ~95% · rendering · 8:20"


def test_what_came_otherwise_than_by_default_is_told() -> None:
    unmet = Unmet(model="reel-9", ratio="16:9", seconds=8)
    job = replace(JOB, request=replace(JOB.request, unmet=unmet))
    unshaped = replace(JOB, request=replace(JOB.request, ratio=None, unmet=Unmet(ratio="16:9")))

    lines = running_view(job, MODEL, Progress(), 1000.0).text.splitlines()
    assert lines[3:] == [
        "reel-9 from /settings cannot do this; using reel-1 instead.",
        "16:9 from /settings does not work with reel-1; using 9:16 instead.",
    ]
    assert set(lines[3:]) <= set(draft_view(job, MODEL, "14 credits").text.splitlines())
    assert set(lines[3:]) <= set(result_view(job, MODEL, 1030.0).text.splitlines())
    assert "16:9 from /settings does not work with reel-1." in (
        result_view(unshaped, MODEL, 1030.0).text.splitlines()
    )


@pytest.mark.parametrize(
    ("percent", "seconds", "rest"),
    [
        (7, 65, "0:35"),  # a share of ten minutes that are allowed, as flow2api tells it
        (10, 99, "0:01"),
        (50, 30, "0:30"),
        (50, 90, "1:30"),
        (98, 30, "1:10"),
        (60, 200, ""),
    ],
)
def test_a_percentage_corrects_what_such_a_job_takes_only_where_the_two_agree(
    percent: int, seconds: int, rest: str
) -> None:
    told = Progress(phase=Phase.RENDERING, fraction=percent / 100)

    line = running_view(JOB, MODEL, told, 1000.0 + seconds, expected=100.0).text.splitlines()[0]

    assert line.partition("about ")[2].removesuffix(" left") == rest


def test_fetching_is_a_full_bar_with_nothing_left() -> None:
    assert first_line(Progress(phase=Phase.COLLECTING), 61) == (
        "▓▓▓▓▓▓▓▓▓▓▓▓ 100% · downloading the video · 1:01"
    )


def test_a_job_that_waits_shows_its_place() -> None:
    line = first_line(Progress(position=3), 0, replace(JOB, started_at=None))

    assert line == "Number 3 in line"


def test_a_clock_that_was_put_back_does_not_bend_the_bar() -> None:
    line = first_line(Progress(phase=Phase.RENDERING), -3600)

    assert line.startswith("░░░░░░░░░░░░ ~0% · rendering · 0:00")


def test_a_running_job_can_be_cancelled() -> None:
    view = running_view(JOB, MODEL, Progress(phase=Phase.RENDERING), 1001.0)

    assert [(button.command, button.given) for button in view.buttons] == [
        ("cancel", {"job": "7"})
    ]


def test_a_retired_model_is_named_as_such() -> None:
    retired = MODEL.model_copy(update={"state": State.RETIRED})

    plain = running_view(JOB, MODEL, Progress(), 1001.0).text
    noted = running_view(JOB, retired, Progress(), 1001.0).text

    assert "retired" not in plain
    assert "retired" in noted


def test_the_sandbox_is_named_once_below_what_it_has_made() -> None:
    done = replace(JOB, assets=(CLIP,))

    waits = running_view(JOB, MODEL, Progress(), 1001.0).text
    made = result_view(done, MODEL, 1042.0, sandboxed=True).text

    assert "SANDBOX" not in waits
    assert made.endswith("took 0:42\nSANDBOX: test clip, free of charge.")


@pytest.mark.parametrize(
    ("locale", "plan"),
    [
        (Locale.EN, "1. 7.5 s: plane takes off\n2. 5 s: it lands"),
        (Locale.ZH, "镜头 1（7.5 秒）：plane takes off\n镜头 2（5 秒）：it lands"),
    ],
)
def test_a_plan_is_told_in_the_users_language_and_not_in_the_gateways(
    locale: Locale, plan: str
) -> None:
    shots = read_shots("7.5s plane takes off\n5s it lands")
    request = replace(JOB.request, prompt=storyboard(shots), has_shots=True)
    job = replace(JOB, request=request, state=JobState.DRAFT, locale=locale.value)

    assert draft_view(job, MODEL, "14 credits").text.endswith(f"\n{plan}")
    assert running_view(job, MODEL, Progress(), 1.0).text.endswith(
        f"\n{plan.replace(chr(10), ' ')}"
    )


def test_the_end_is_one_line_that_says_how_long_it_took() -> None:
    done = replace(JOB, state=JobState.DONE, ended_at=1083.0)

    view = ended_view(done)

    assert (view.text, view.buttons) == ("Done in 1:23", ())


def test_a_cancelled_job_has_no_way_on() -> None:
    view = ended_view(replace(JOB, state=JobState.CANCELLED))

    assert (view.text, view.buttons) == ("Cancelled. The gateway may still charge for it.", ())


def test_what_was_cancelled_before_it_was_sent_is_said_to_be_free() -> None:
    view = ended_view(replace(JOB, state=JobState.CANCELLED, started_at=None))

    assert view.text == "Cancelled. Nothing was ordered or paid."


@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize("kind", FaultKind)
def test_every_failure_says_why_and_offers_another_try(kind: FaultKind, locale: Locale) -> None:
    fault = Fault(kind=kind, reason="words of the gateway", maybe_billed=True)
    failed = replace(
        JOB, state=JobState.FAILED, fault=fault, task=TaskRef(id="1"), locale=locale.value
    )

    view = ended_view(failed)
    lost = ended_view(replace(failed, task=None))

    assert "words of the gateway" in view.text
    assert view.text.endswith("a cat")
    assert [(button.command, button.given) for button in view.buttons] == [("retry", {"job": "7"})]
    assert (view.text != lost.text) == (kind in RECOVERABLE)


def test_the_caption_says_what_is_missing_and_what_is_only_a_preview() -> None:
    four = replace(JOB.request, count=4)
    preview = RemoteAsset(urls=("https://example.org/1.mp4",), preview=True)

    whole = result_view(replace(JOB, assets=(CLIP,)), MODEL, 1042.0)
    part = result_view(
        replace(JOB, request=four, assets=(CLIP, CLIP), results=(preview,)), MODEL, 1042.0
    )

    assert whole.text == "reel-1 · 9:16 · 8 s\na cat\ntook 0:42"
    assert [button.command for button in whole.buttons] == ["again", "share"]
    assert "2 of 4 videos were made" in part.text
    assert "preview" in part.text


def test_a_request_is_described_with_all_that_was_chosen() -> None:
    request = MediaRequest(
        prompt="x",
        images=(CLIP, CLIP),
        ratio="16:9",
        seconds=15,
        resolution="hd",
        fast=True,
        count=2,
        private=True,
    )

    line = describe_request(replace(JOB, request=request), MODEL)

    assert line == "reel-1 · 16:9 · 15 s · hd · fast · x2 · private · 2 pictures"


def test_the_expected_time_is_that_of_the_options() -> None:
    model = MODEL.model_copy(update={"variants": (Variant(seconds=8, expected_seconds=10),)})

    line = running_view(JOB, model, Progress(phase=Phase.RENDERING), 1005.0).text.splitlines()[0]

    assert "~50%" in line


@given(st.text("ab é猫\n\r\t\u2028\x85"))
def test_an_excerpt_is_one_short_line(prompt: str) -> None:
    line = excerpt(prompt)

    assert len(line) <= 80
    assert len(line.splitlines()) <= 1


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(-5, "0:00"), (0, "0:00"), (59.6, "1:00"), (3599, "59:59"), (3661, "1:01:01")],
)
def test_time_is_told_as_a_clock_does(seconds: float, told: str) -> None:
    assert clock(seconds) == told


@pytest.mark.parametrize(
    ("took", "expected"),
    [
        ((), None),
        ((30.0, 50.0), None),
        ((30.0, 50.0, 900.0), 50),
        ((30.0, 50.0, 60.0, 900.0), 55),
    ],
)
def test_three_jobs_of_the_same_kind_say_more_than_the_catalog(
    took: tuple[float, ...], expected: float | None
) -> None:
    history = [(JOB.request, seconds) for seconds in took]

    assert learned_seconds(MODEL, JOB.request, history) == expected


@pytest.mark.parametrize(
    "other", [{"seconds": 15}, {"resolution": "hd"}, {"fast": True}, {"count": 2}]
)
def test_jobs_of_another_kind_say_nothing(other: dict[str, int | str | bool]) -> None:
    model = MODEL.model_copy(update={"hd": ("hd",)})
    history = [(replace(JOB.request, **other), 5.0)] * 3  # type: ignore[arg-type]

    assert learned_seconds(model, JOB.request, history) is None


def test_what_does_not_make_a_job_longer_is_no_other_kind() -> None:
    model = MODEL.model_copy(update={"native": "720p"})
    alike = replace(JOB.request, prompt="a dog", ratio="1:1", resolution="720p")

    assert learned_seconds(model, JOB.request, [(alike, 5.0)] * 3) == 5


def test_the_bar_and_the_rest_follow_what_is_expected() -> None:
    view = running_view(JOB, MODEL, Progress(phase=Phase.RENDERING), 1010.0, expected=40.0)

    assert view.text.startswith("▓▓▓░░░░░░░░░ ~25% · rendering · 0:10 · about 0:30 left")
