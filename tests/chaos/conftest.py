"""The number that all chance comes from."""

import pytest


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """That of --seed, or one that pytest has made up and told."""
    return request.config.option.seed
