"""What a delivery of GitHub is taken for: genuine or not, about which issues, or about nothing."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from connectors.github.github_stage import START, Stage, Wire, project, row
from syncd.connector.hint import Forged, Hint, NotUnderstood, WebhookKey, WebhookRequest, verify
from syncd.connector.protocol import Wiring
from syncd.testing.emitter import signature
from syncd_github import SPEC
from syncd_github.webhook import DELIVERY, EVENT, SIGNATURE, hint

SECRET = "It's a Secret to Everybody"
KEY = WebhookKey(secret=SecretStr(SECRET))
PUBLISHED = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
ISSUE = {"id": 444500041, "number": 1, "node_id": "MDU6SXNzdWU0NDQ1MDAwNDE="}
HOME = {"full_name": "lumen/web"}


def read(event: str, payload: Any, **headers: str) -> Hint | None:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    given = {SIGNATURE: signature(SECRET, body), EVENT: event, DELIVERY: "d1", **headers}
    return hint(WebhookRequest(given, body), KEY)


def test_the_published_example_is_genuine() -> None:
    verify(WebhookRequest({SIGNATURE: PUBLISHED}, b"Hello, World!"), KEY, SIGNATURE)


@pytest.mark.parametrize("header", ["", PUBLISHED[:-1] + "8", "sha1=" + "0" * 40, PUBLISHED[7:]])
def test_any_other_signature_is_forged(header: str) -> None:
    with pytest.raises(Forged):
        verify(WebhookRequest({SIGNATURE: header}, b"Hello, World!"), KEY, SIGNATURE)


def test_the_older_signature_alone_is_not_enough() -> None:
    body = json.dumps({"action": "opened", "issue": ISSUE}).encode()
    with pytest.raises(Forged):
        hint(WebhookRequest({"x-hub-signature": signature(SECRET, body), EVENT: "issues", DELIVERY: "d1"}, body), KEY)


def test_all_real_payloads_are_read_and_events_on_issues_name_their_issue(shared: Path) -> None:
    with gzip.open(shared / "data" / "wire_octokit_webhooks.jsonl.gz") as lines:
        rows = [json.loads(line) for line in lines]
    assert len(rows) == 96
    for each in rows:
        event, payload = each["event"], each["payload"]
        found = read(event, payload)
        if event in ("issues", "issue_comment"):
            if "pull_request" in payload["issue"]:
                assert found is None
                continue
            assert found is not None and str(payload["issue"]["id"]) in found.ids
            assert found.scope == payload["repository"]["full_name"]
        elif event == "projects_v2_item":
            item = payload["projects_v2_item"]
            assert (found is not None) == (item["content_type"] == "Issue")
            assert found is None or found.ids == (item["content_node_id"],)
        elif event in ("ping", "installation", "project", "project_card", "project_column"):
            assert found is None


def test_an_issue_comes_with_the_node_id_that_finds_it_again() -> None:
    found = read("issues", {"action": "labeled", "issue": ISSUE, "repository": HOME})
    assert found == Hint(
        "d1", ("444500041",), handles={"444500041": {"node": str(ISSUE["node_id"])}}, scope="lumen/web"
    )


def test_pull_requests_are_passed_over() -> None:
    pull = {**ISSUE, "pull_request": {"url": "…"}}
    assert read("issue_comment", {"action": "created", "issue": pull, "repository": HOME}) is None
    assert read("pull_request", {"action": "opened", "pull_request": ISSUE}) is None


def test_a_deletion_is_a_hint_to_look_for_that_issue_and_a_deleted_comment_is_not() -> None:
    deleted = read("issues", {"action": "deleted", "issue": ISSUE})
    assert deleted is not None and deleted.gone == ("444500041",)
    comment = read("issue_comment", {"action": "deleted", "issue": ISSUE})
    assert comment is not None and comment.gone == () and comment.ids == ("444500041",)


def test_a_transfer_names_the_old_issue_and_the_new_one() -> None:
    found = read("issues", {"action": "transferred", "issue": ISSUE, "changes": {"new_issue": {**ISSUE, "id": 9}}})
    assert found is not None and found.ids == ("444500041", "9") and found.gone == ("444500041",)


@pytest.mark.parametrize(
    ("event", "one", "other"),
    [("sub_issues", "parent_issue", "sub_issue"), ("issue_dependencies", "blocked_issue", "blocking_issue")],
)
def test_a_relation_names_both_ends(event: str, one: str, other: str) -> None:
    found = read(event, {"action": "added", one: ISSUE, other: {**ISSUE, "id": 9}})
    assert found is not None and set(found.ids) == {"444500041", "9"}


def test_a_moved_row_of_a_project_says_that_the_order_moved() -> None:
    item = {"content_node_id": "I_kwDOCG5vGM5La0aB", "content_type": "Issue"}
    found = read("projects_v2_item", {"action": "reordered", "projects_v2_item": item})
    assert found is not None and found.order and found.handles == {found.ids[0]: {"node": "I_kwDOCG5vGM5La0aB"}}


def test_a_renamed_label_asks_for_a_whole_reading_and_a_repainted_one_for_nothing() -> None:
    renamed = {"action": "edited", "label": {"name": "new"}, "changes": {"name": {"from": "old"}}, "repository": HOME}
    assert read("label", renamed) == Hint("d1", whole=True, scope="lumen/web")
    assert read("label", {**renamed, "changes": {"color": {"from": "fff"}}}) is None
    assert read("label", {"action": "created", "repository": HOME}) is None
    assert read("label", {"action": "deleted", "repository": HOME}) == Hint("d1", whole=True, scope="lumen/web")
    due = {"action": "edited", "changes": {"due_on": {"from": "2026-01-01T00:00:00Z"}}, "repository": HOME}
    assert read("milestone", due) == Hint("d1", whole=True, scope="lumen/web")


def test_a_renamed_repository_only_says_look() -> None:
    assert read("repository", {"action": "renamed", "repository": HOME}) == Hint("d1", scope="lumen/web")
    assert read("repository", {"action": "publicized", "repository": HOME}) is None


@pytest.mark.parametrize("event", ["ping", "star", "push", "a_new_event"])
def test_what_does_not_matter_is_passed_over_unread(event: str) -> None:
    assert read(event, b"not even JSON") is None


def test_a_hook_that_sends_forms_is_understood_too() -> None:
    body = urlencode({"payload": json.dumps({"action": "opened", "issue": ISSUE})}).encode()
    found = read("issues", body, **{"content-type": "application/x-www-form-urlencoded"})
    assert found is not None and found.ids == ("444500041",)


def test_a_request_that_no_github_sent_is_told_so() -> None:
    with pytest.raises(NotUnderstood, match="X-GitHub-Event"):
        read("", {"issue": ISSUE})


@given(st.sampled_from(["issues", "sub_issues", "projects_v2_item", "label"]), st.binary(max_size=80))
def test_no_body_can_do_more_than_be_refused(event: str, body: bytes) -> None:
    for each in (body, b'{"action":"transferred","issue":' + body + b"}"):
        try:
            read(event, each)
        except NotUnderstood:
            continue


def test_unsigned_deliveries_are_refused_in_the_configuration() -> None:
    settings = SPEC.settings.model_validate(
        {"token": "t", "repositories": ["lumen/web"], "webhook": {"path": SecretStr("a-long-random-word")}}
    )
    wiring = Wiring("github", Wire(), frozenset(), frozenset(), False, lambda: START)
    assert any("webhook.secret" in sentence for sentence in SPEC.check(settings, wiring))


def test_the_simulator_tells_what_people_do_and_a_look_finds_it(tmp_path: Path) -> None:
    rows = [row("lumen/web", n) for n in (1, 2)]
    stage = Stage(tmp_path, rows, projects=[project([("lumen/web", 1)], Score=1.0)])
    try:
        told: list[tuple[str, str, Hint | None]] = []
        stage.simulator.tell = lambda event, payload: told.append(
            (event, payload["action"], read(event, dict(payload)))
        )
        stage.person("PATCH", "/repos/lumen/web/issues/1", {"state": "closed"})
        stage.person("POST", "/repos/lumen/web/issues/2/labels", {"labels": ["bug"]})
        stage.person("POST", "/repos/lumen/web/issues/2/comments", {"body": "hello"})
        item = stage.item("lumen/web", 1)
        (board,) = stage.simulator.site.projects.values()
        score = next(field.node for field in board.fields if field.name == "Score")
        stage.graphql(
            "mutation($p: ID!, $i: ID!, $f: ID!) { updateProjectV2ItemFieldValue(input: "
            "{projectId: $p, itemId: $i, fieldId: $f, value: {number: 7}}) { projectV2Item { id } } }",
            p=board.node, i=item.node, f=score,
        )  # fmt: skip
        assert [(event, action) for event, action, _ in told] == [
            ("issues", "closed"), ("issues", "labeled"), ("issue_comment", "created"), ("projects_v2_item", "edited")
        ]  # fmt: skip
        home = stage.simulator.site.repository("lumen/web")
        assert home is not None
        one, two = str(home.issues[1].id), str(home.issues[2].id)
        ids = [found.ids for _, _, found in told if found]
        assert ids == [(one,), (two,), (two,), (home.issues[1].node,)]
        last = told[-1][2]
        assert last is not None
        looked = stage.connector(read=["Score"], project="lumen/7").fetch(last.ids, last.handles)
        assert [(patch.id, patch.fields) for page in looked for patch in page.patches] == [(one, {"Score": 7.0})]
    finally:
        stage.close()
