"""What a delivery of Jira is taken for: genuine or not, about which issues, or about nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from connectors.jira.conftest import Build
from connectors.jira.jira_world import SCORE, issues, raw_issue
from syncd.connector.hint import Forged, Hint, NotUnderstood, WebhookKey, WebhookRequest, verify
from syncd.testing.emitter import JIRA, Emitter, Weather, signature
from syncd_jira.webhook import IDENTIFIER, SIGNATURE, hint

SECRET = "It's a Secret to Everybody"
KEY = WebhookKey(secret=SecretStr(SECRET))
PUBLISHED = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"


def read(payload: Any, headers: dict[str, str] | None = None) -> Hint | None:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return hint(WebhookRequest({SIGNATURE: signature(SECRET, body), IDENTIFIER: "d1", **(headers or {})}, body), KEY)


def updated(*fields: str, id_: object = "10001", key: str = "PAY-1") -> dict[str, Any]:
    items = [{"field": field, "toString": "x"} for field in fields]
    return {"webhookEvent": "jira:issue_updated", "issue": {"id": id_, "key": key}, "changelog": {"items": items}}


def test_the_published_example_is_genuine() -> None:
    verify(WebhookRequest({SIGNATURE: PUBLISHED}, b"Hello World!"), KEY, SIGNATURE)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha256=",
        PUBLISHED.replace("sha256", "md5"),
        PUBLISHED.replace("sha256", "sha1"),
        PUBLISHED.partition("=")[2],
        PUBLISHED[:-1],
        PUBLISHED[:-1] + "0",
        "sha256=\u00e9",
    ],
)
def test_any_other_signature_is_forged(header: str) -> None:
    with pytest.raises(Forged):
        verify(WebhookRequest({SIGNATURE: header}, b"Hello World!"), KEY, SIGNATURE)


def test_the_signature_is_over_the_raw_bytes() -> None:
    pretty, dense = b'{"webhookEvent": "x"}', b'{"webhookEvent":"x"}'
    with pytest.raises(Forged):
        hint(WebhookRequest({SIGNATURE: signature(SECRET, pretty)}, dense), KEY)


def test_where_jira_cannot_sign_the_word_in_the_address_counts() -> None:
    key = WebhookKey(path=SecretStr("a-long-random-word"))
    body = json.dumps(updated("summary")).encode()
    assert hint(WebhookRequest({}, body, "a-long-random-word"), key) is not None
    for wrong in ("", "a-long-random-worD", "a-long-random-word/", "\u00e9"):
        with pytest.raises(Forged):
            hint(WebhookRequest({}, body, wrong), key)


def test_a_key_needs_a_secret_or_a_path_and_long_ones() -> None:
    for wrong in ({}, {"secret": "short"}, {"path": "short"}, {"token": "a-long-random-word"}):
        with pytest.raises(ValidationError):
            WebhookKey.model_validate(wrong)


def test_an_update_names_its_issue_and_nothing_of_its_values() -> None:
    assert read(updated("summary")) == Hint("d1", ids=("10001",), scope="PAY")


def test_a_rank_change_says_that_the_order_moved() -> None:
    found = read(updated("Rank"))
    assert found is not None and found.order and found.ids == ("10001",)


def test_a_deletion_is_a_hint_to_look_for_that_issue() -> None:
    payload = {"webhookEvent": "jira:issue_deleted", "issue": {"id": "10001", "key": "PAY-1"}}
    assert read(payload) == Hint("d1", ids=("10001",), gone=("10001",), scope="PAY")


def test_a_link_names_both_ends() -> None:
    link = {"id": 7, "sourceIssueId": 10001, "destinationIssueId": 10002, "issueLinkType": {"name": "Blocks"}}
    found = read({"webhookEvent": "issuelink_created", "issueLink": link})
    assert found is not None and found.ids == ("10001", "10002")


def test_a_comment_without_its_issue_only_says_look() -> None:
    assert read({"webhookEvent": "comment_created", "comment": {"id": "5"}}) == Hint("d1")


def test_a_hook_that_excludes_its_body_only_says_look() -> None:
    assert read(b"") == Hint("d1")


@pytest.mark.parametrize("event", ["user_created", "jira:version_released", "issue_property_set", "something_new", ""])
def test_what_does_not_matter_is_passed_over(event: str) -> None:
    assert read({"webhookEvent": event, "issue": {"id": "10001"}}) is None


@pytest.mark.parametrize("id_", ["", "1 OR 1=1", "-5", "10001\n", "\u0661", "9" * 40, 0.5, True, None])
def test_an_id_that_is_none_reaches_no_query(id_: object) -> None:
    try:
        found = read(updated("summary", id_=id_))
    except NotUnderstood:
        return
    assert found is not None and found.ids == ()


def test_retries_have_one_identity_and_so_have_deliveries_of_servers_that_send_none() -> None:
    again = read(updated("summary"), {"x-atlassian-webhook-retry": "2"})
    assert again is not None and again.delivery == "d1"
    body = json.dumps(updated("summary")).encode()
    key = WebhookKey(path=SecretStr("a-long-random-word"))
    both = [hint(WebhookRequest({}, body, "a-long-random-word"), key) for _ in range(2)]
    assert both[0] == both[1] and both[0] is not None and both[0].delivery


def test_half_an_emoji_in_a_summary_hides_nothing() -> None:
    body = b'{"webhookEvent":"jira:issue_updated","issue":{"id":"10001","key":"PAY-1 \\ud83d"}}'
    found = read(body)
    assert found is not None and found.ids == ("10001",)


WORDS = ["webhookEvent", "issue", "id", "key", "issueLink", "sourceIssueId", "changelog", "items", "field"]
shapes = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)


@given(shapes | st.binary(max_size=60))
def test_no_body_can_do_more_than_be_refused(payload: Any) -> None:
    if isinstance(payload, dict):
        payload = {**payload, "webhookEvent": "jira:issue_updated"}
    try:
        found = read(payload)
    except NotUnderstood:
        return
    assert found is None or all(id_.isdigit() for id_ in found.ids)


def test_the_simulator_tells_what_people_do_and_who_is_concerned(build: Build) -> None:
    world = build(issues(3))
    told: list[tuple[str, Hint | None]] = []
    world.jira.tell = lambda event, payload: told.append((event, read(dict(payload))))
    world.edit("PAY-1", **{SCORE: 5})
    world.person("POST", "issue/PAY-2/comment", {"body": {"type": "doc", "version": 1, "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": "hello"}]}]}})  # fmt: skip
    world.connector().describe()
    world.jira.move("PAY-3", "SHOP")
    world.person("DELETE", "issue/PAY-1")
    assert [event for event, _ in told] == [
        "jira:issue_updated", "jira:issue_updated", "comment_created", "jira:issue_updated", "jira:issue_deleted"
    ]  # fmt: skip
    assert [found.ids for _, found in told if found] == [("1001",), ("1002",), ("1002",), ("1003",), ("1001",)]
    assert told[-1][1] is not None and told[-1][1].gone == ("1001",)


def test_lost_repeated_and_overtaken_deliveries_come_as_the_weather_wants() -> None:
    emitter = Emitter(JIRA, "http://127.0.0.1:9/nobody", SECRET, weather=Weather(lost=0.2, repeated=0.3, overtaken=0.3))
    for number in range(200):
        emitter.emit("jira:issue_updated", {"number": number})
    emitter.settle()
    emitter.close()
    ids = [id_ for id_, _ in emitter.sent]
    assert 120 < len(set(ids)) < 200 and len(ids) > len(set(ids))
    assert {status for _, status in emitter.sent} == {0}


def test_issues_that_the_restriction_leaves_out_do_not_come_in_by_a_hint(build: Build) -> None:
    world = build([*issues(2), raw_issue(3, labels=["secret"]), raw_issue(4, project="SHOP")])
    restricted = world.connector(jql="labels is EMPTY OR labels != secret")
    assert restricted.in_scope(["1001", "1003", "1004"]) == {"1001"}
    world.transport.take()
    assert world.connector().in_scope(["1001", "1003"]) == {"1001", "1003"}
    assert world.transport.take() == []
