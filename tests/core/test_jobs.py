"""What a restart does with each state: the whole table."""

from dataclasses import replace

import pytest

from core.jobs import ENDED, Job, JobState, after_restart
from core.media import RemoteAsset, TaskRef
from tests.fakes.sample_job import JOB

TASK = TaskRef(id="7")
RESULTS = (RemoteAsset(urls=("https://example.org/cat.mp4",)),)


def test_what_may_have_been_accepted_is_never_sent_again() -> None:
    assert after_restart(replace(JOB, state=JobState.SUBMITTING)) == "interrupted"
    assert after_restart(replace(JOB, state=JobState.RUNNING)) == "interrupted"


@pytest.mark.parametrize(
    "job",
    [
        JOB,
        replace(JOB, state=JobState.SUBMITTING, task=TASK),
        replace(JOB, state=JobState.RUNNING, task=TASK),
        replace(JOB, state=JobState.RUNNING, results=RESULTS),
        replace(JOB, state=JobState.DELIVERING),
        replace(JOB, state=JobState.DELIVERING, posting=True),
    ],
)
def test_what_can_go_on_without_paying_again_goes_on(job: Job) -> None:
    assert after_restart(job) == "run"


def test_three_states_are_an_end() -> None:
    ended = {state for state in JobState if replace(JOB, state=state).is_ended}

    assert ended == ENDED == {JobState.DONE, JobState.FAILED, JobState.CANCELLED}
