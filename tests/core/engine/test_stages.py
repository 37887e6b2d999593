"""How long a job was in each of its stages."""

from core.engine.stages import Stages
from core.jobs import JobState


def test_seconds_count_for_the_stage_that_a_job_is_in_also_where_it_goes_back() -> None:
    now = 100.0
    stages = Stages(JobState.WAITING, lambda: now)
    for seconds, state in (
        (3, JobState.SUBMITTING),
        (1, JobState.RUNNING),
        (20, JobState.DELIVERING),  # its link has expired
        (2, JobState.RUNNING),
        (5, JobState.DELIVERING),
        (4, JobState.DONE),
    ):
        now += seconds
        stages.enter(state)
    now += 1000

    assert stages.seconds() == {"waiting": 3, "submitting": 1, "running": 25, "delivering": 6}


def test_a_stage_that_goes_on_counts_up_to_now_and_others_are_not_named() -> None:
    now = 100.0
    stages = Stages(JobState.RUNNING, lambda: now)
    now += 7

    assert stages.seconds() == {"running": 7}
