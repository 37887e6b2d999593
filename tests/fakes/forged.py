"""Presses that no button of ours stands for: what somebody else could try with another's job."""


def forged(job_id: str) -> list[str]:
    """What is sent in place of what stands behind a button."""
    return [
        *(f"{name}?job={job_id}" for name in ("again", "retry", "cancel", "confirm")),
        f"cancel:{job_id}",
        f"share?of={job_id}&place",
        f"share?of={job_id}&place=-100",
        f"share?of={job_id}",
        f"unshare?of={job_id}",
        f"remix?of={job_id}&prompt",
        f"remix?of={job_id}&prompt=in%20snow",
        f"suggest?of={job_id}",
        f"edit?of={job_id}&prompt",
        f"show?of={job_id}",
        f"reask?of={job_id}",
        f"continue?of={job_id}",
        "grant?credits=50&id=9",
        "allow?kind=user&id=9",
        "audit?",
        "jobs?",
        "nothing?of=%00%ff",
        "?&&==",
        "\u202e" * 20,
    ]
