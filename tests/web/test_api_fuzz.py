"""Whatever somebody sends to the API, by its own description and against it: an answer, and never a fault of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from pydantic import SecretStr
from schemathesis import Case
from schemathesis.core.result import Ok

from syncd.config.text.service import AccessText, Role, TokenText
from syncd.web.app import create_app
from web.page_house import house

ENDLESS = "/api/v1/events"
"""A stream that ends when the page does; `test_every_page` and `test_buttons` listen to it."""


@pytest.mark.slow
def test_no_request_to_the_api_is_answered_with_a_fault_of_ours(tmp_path: Path) -> None:
    with house(tmp_path, hostile=True) as stage:
        token = TokenText(name="Ada", role=Role.OPERATOR, token=SecretStr("operator-token-0123456789"))
        object.__setattr__(stage.world.loaded.settings, "access", AccessText(tokens=(token,)))
        bearer = {"authorization": "Bearer operator-token-0123456789"}
        app = create_app(stage.world)
        schema = schemathesis.openapi.from_asgi("/api/openapi.json", app, headers=bearer)
        tried: set[str] = set()
        for result in schema.get_all_operations():
            assert isinstance(result, Ok)
            operation = result.ok()
            if operation.path == ENDLESS:
                continue
            tried.add(f"{operation.method} {operation.path}")

            @given(case=operation.as_strategy())
            @settings(
                max_examples=12, deadline=None, database=None, derandomize=True,
                suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            def attempt(case: Case) -> None:
                answer = case.call(headers=bearer)
                assert answer.status_code < 500, f"{case.method} {case.path}"

            attempt()
        assert len(tried) >= 20
