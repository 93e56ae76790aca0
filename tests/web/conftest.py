"""What the tests of the web room share."""

from __future__ import annotations

import pytest

from web.web_house import House


@pytest.fixture
def house() -> House:
    return House()
