"""What a job looks like in a chat. All pure."""

from collections.abc import Sequence
from dataclasses import replace

from core.catalog import Model, State
from core.errors import RECOVERABLE, FaultKind
from core.i18n import Locale, explain_fault, translate
from core.jobs import Job, JobState
from core.media import Wording
from core.messages.buttons import unshare_button
from core.messages.progress import MADE, Phase, Progress, shown_fraction
from core.messages.withheld import Withheld, withheld_line
from core.messages.wording import clock, describe_request, told, unmet, wish
from core.platform import Button, View

_BAR_CELLS = 12
_PLAN_CHARS = 1500
_OFFER_CHARS = 20
_TRUSTED_FRACTION = 0.05
# How far what a gateway's percentage foretells may be from what such a job usually takes.
_AGREES = 2


# The model has done its part, so nobody should read that nothing came of it.
_MADE_ALL_THE_SAME = frozenset({FaultKind.UNCONFIRMED, FaultKind.UNDELIVERABLE})


def running_view(  # noqa: PLR0913 - all that a status message shows
    job: Job,
    model: Model,
    progress: Progress,
    now: float,
    *,
    expected: float | None = None,
    note: str = "",
) -> View:
    """The status message of a job that has not ended; `expected` is in seconds from its start.

    The note says what speaks against its model.
    """
    locale = Locale(job.locale)
    usual = expected or model.expected_for(job.request)
    lines = [
        _progress_line(job, progress, now, usual),
        *_notes(locale, progress),
        describe_request(job, model),
        wish(job),
    ]
    lines += unmet(job, model)
    if job.passed:
        passed = ", ".join(key.partition("/")[0] for key in job.passed)
        lines.append(translate(locale, "note-moved", passed=passed, now=model.gateway))
    if model.state is State.RETIRED:
        lines.append(translate(locale, "note-retired", model=model.name))
    lines += filter(None, [note])
    return View(text="\n".join(lines), buttons=(_cancel(job),))


def _notes(locale: Locale, progress: Progress) -> list[str]:
    """What the gateway says of its own work, as long as it is at it."""
    if not progress.note or progress.phase in MADE:
        return []
    return [translate(locale, "progress-note", note=progress.note)]


def draft_view(job: Job, model: Model, price: str, note: str = "") -> View:
    """What a job would make that is not yet ordered, and the price that it would have.

    The note says how it came to be.
    """
    locale, given = Locale(job.locale), {"of": job.id}
    plan = "\n".join(told(job))
    is_worded = job.request.wording in (Wording.ENHANCED, Wording.DESCRIBED)
    named = "draft-suggestion" if is_worded else "draft-plan"
    lines = [
        translate(locale, named, price=price),
        describe_request(job, model),
        plan if len(plan) <= _PLAN_CHARS else plan[: _PLAN_CHARS - 1] + "…",
        *unmet(job, model),
        *filter(None, [note]),
    ]
    is_better = job.request.wording is Wording.ENHANCED
    confirm = Button(
        label=translate(locale, "button-use" if is_better else "button-confirm"),
        command="confirm",
        given={"job": job.id},
        style="primary",
    )
    edit = translate(locale, "button-edit")
    buttons = [confirm, Button(label=edit, command="edit", given=given, asks="prompt")]
    if job.request.wording is not Wording.TYPED:
        other = translate(locale, "button-suggest-again")
        buttons.append(Button(label=other, command="suggest", given=given))
    return View(text="\n".join(lines), buttons=(*buttons, _cancel(job)))


def resting_view(job: Job) -> View:
    """The status message of a job whose model the operator has taken away."""
    locale = Locale(job.locale)
    text = translate(locale, "job-rests", model=job.model_name, gateway=job.gateway)
    return View(text=f"{text}\n{wish(job)}", buttons=(_cancel(job),))


def _cancel(job: Job) -> Button:
    label = translate(Locale(job.locale), "button-cancel")
    return Button(label=label, command="cancel", given={"job": job.id}, style="danger")


def _progress_line(job: Job, progress: Progress, now: float, expected: float) -> str:
    locale = Locale(job.locale)
    if progress.phase is Phase.WAITING:
        return translate(locale, "phase-waiting", position=progress.position)
    if progress.phase is Phase.HELD:
        return translate(locale, "phase-held")
    elapsed = max(now - (job.started_at or now), 0.0)
    phase = _phase(locale, job, progress)
    parts = [_bar(progress, elapsed, expected), phase, clock(elapsed)]
    rest = _rest(progress, elapsed, expected)
    if rest is not None and progress.phase not in MADE:
        parts.append(translate(locale, "progress-rest", rest=clock(rest)))
    return " · ".join(part for part in parts if part)


def _phase(locale: Locale, job: Job, progress: Progress) -> str:
    if progress.phase is Phase.QUEUED and progress.ahead is not None:
        return translate(locale, "phase-queued-behind", ahead=progress.ahead)
    return translate(locale, f"phase-{progress.phase}", kind=job.request.kind)


def _bar(progress: Progress, elapsed: float, expected: float) -> str:
    fraction, estimated = shown_fraction(progress, elapsed, expected)
    filled = round(fraction * _BAR_CELLS)
    bar = "▓" * filled + "░" * (_BAR_CELLS - filled)
    return f"{bar} {'~' if estimated else ''}{fraction:.0%}"


def _rest(progress: Progress, elapsed: float, expected: float) -> float | None:
    """Seconds that are probably left; None when it has taken longer than anybody expected."""
    fraction = progress.fraction
    if fraction is not None and fraction >= _TRUSTED_FRACTION:
        whole = elapsed / fraction
        # Some tell the share of their time limit, which says nothing about the work.
        if expected / _AGREES <= whole <= expected * _AGREES:
            return whole - elapsed
    rest = expected - elapsed
    return rest if rest >= 1 else None


def ended_view(job: Job) -> View:
    """The status message of a job that has ended: one line, or the reason with a way on."""
    locale = Locale(job.locale)
    if job.state is JobState.CANCELLED:
        asked = job.started_at or job.task
        key = "job-cancelled" if asked else "job-cancelled-unpaid"
        return View(text=translate(locale, key))
    if job.fault is None:
        took = clock((job.ended_at or 0.0) - (job.started_at or job.created_at))
        return View(text=translate(locale, "job-done", took=took))
    kind = job.request.kind
    lines = explain_fault(locale, job.fault, kind)
    if job.fault.kind not in _MADE_ALL_THE_SAME:
        lines.insert(0, translate(locale, "job-failed", model=job.model_name, kind=kind))
    if job.fault.kind in RECOVERABLE and (job.task or job.results):
        lines.append(translate(locale, "retry-is-free"))
    lines.append(wish(job))
    label, given = translate(locale, "button-retry"), {"job": job.id}
    retry = Button(label=label, command="retry", given=given, style="primary")
    return View(text="\n".join(lines), buttons=(retry,))


def dropped_view(job: Job) -> View:
    """What replaces a plan that was dropped."""
    return View(text=translate(Locale(job.locale), "plan-dropped"))


def resting_draft_view(job: Job, why: str) -> View:
    """A draft that ended by itself, and why; its words stay, as they may be wanted."""
    lines = [why, *told(job)]
    text = "\n".join(lines)
    return View(text=text if len(text) <= _PLAN_CHARS else text[: _PLAN_CHARS - 1] + "…")


def page_view(job: Job, pages: Sequence[str]) -> View:
    """The status message when there was only a web page to pass on."""
    locale, kind = Locale(job.locale), job.request.kind
    return View(text=translate(locale, "job-page", page=" ".join(pages), kind=kind))


def can_remix(job: Job, model: Model) -> bool:
    """Whether what a job has made can be changed: its gateway keeps no private one."""
    return bool(model.remix and job.task and not job.request.private)


def result_view(  # noqa: PLR0913 - all that stands under a result
    job: Job,
    model: Model,
    now: float,
    withheld: Sequence[Withheld] = (),
    *,
    original: str = "",
    sandboxed: bool = False,
) -> View:
    """The caption of a delivered result, or what replaces one that was too large.

    `original` is the address of a page that shows it better than the chat does.
    """
    locale = Locale(job.locale)
    lines = [describe_request(job, model), wish(job), *unmet(job, model)]
    lines += [withheld_line(job, each) for each in withheld]
    if original:
        lines.append(translate(locale, "original-page", link=original))
    missing = job.request.count - len(job.assets)
    if missing > 0:
        made, asked, kind = len(job.assets), job.request.count, job.request.kind
        lines.append(translate(locale, "some-missing", made=made, asked=asked, kind=kind))
    if any(result.preview for result in job.results):
        lines.append(translate(locale, "only-preview"))
    lines.append(translate(locale, "took", took=clock(now - (job.started_at or now))))
    if sandboxed:
        lines.append(translate(locale, "note-sandbox", kind=job.request.kind))
    again = translate(locale, "button-again")
    buttons = [Button(label=again, command="again", given={"job": job.id})]
    if can_remix(job, model):
        remix = translate(locale, "button-remix")
        given = {"of": job.id}
        buttons.append(Button(label=remix, command="remix", given=given, asks="prompt"))
    if len(withheld) < len(job.assets):
        buttons.append(share_button(job, locale))
    if original or any(each.on_page for each in withheld):
        buttons.append(unshare_button(job.id, locale))
    elsewhere = translate(locale, "posted-elsewhere")
    return View(
        text="\n".join(lines),
        buttons=tuple(buttons),
        elsewhere=elsewhere,
        unfolds=any(each.on_page for each in withheld),
    )


def priced(view: View, paid: str) -> View:
    """The view with what the result has cost below, where that is to be told."""
    return replace(view, text="\n".join(filter(None, (view.text, paid))))


def part_refused_view(job: Job, missing: int) -> View:
    """Below the results that a chat has taken: how many it has not."""
    count = len(job.assets)
    locale = Locale(job.locale)
    return View(text=translate(locale, "part-refused", missing=missing, count=count))


def maybe_twice_view(job: Job, view: View) -> View:
    """The words under media of which a first post may be in the chat as well."""
    if not view.text:
        return view
    note = translate(Locale(job.locale), "note-maybe-twice")
    return replace(view, text=f"{view.text}\n{note}")


def cancel_offer(job: Job, locale: Locale) -> Button:
    """Cancels a job from elsewhere than its own message, and so says which."""
    label = f"{translate(locale, 'button-cancel')}: {wish(job)[:_OFFER_CHARS]}"
    return Button(label=label, command="cancel", given={"job": job.id}, style="danger")


def cancel_numbered(job: Job, number: int, locale: Locale) -> Button:
    """Cancels the job of that number in a list, which tells nobody's words."""
    label = f"{translate(locale, 'button-cancel')} {number}"
    return Button(label=label, command="cancel", given={"job": job.id}, style="danger")


def share_button(job: Job, locale: Locale) -> Button:
    """Asks where a result should go; each platform has its own way of choosing."""
    label, given = translate(locale, "button-share"), {"of": job.id}
    return Button(label=label, command="share", given=given, asks="place")


def erase_button(sure: str, locale: Locale) -> Button:
    """Deletes what is kept of whoever was asked, which `sure` says."""
    label = translate(locale, "button-erase")
    return Button(label=label, command="erase", given={"sure": sure}, style="danger")
