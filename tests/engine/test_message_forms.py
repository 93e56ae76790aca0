"""What a message looks like in each form, and that nobody's words in it are read as markup or call anybody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from syncd.config.text.tell import Form, TellText
from syncd.core.telling.notices import About, Event, Line, Notice
from syncd.engine.telling.message import Message, encoded, fitting

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PAGE = "https://syncd.example.com"
NOTICE = Notice(
    subject="plan:jira",
    about=About.WAITING,
    event=Event.NEW,
    headline="jira: a plan waits for a person: 42 issues (score 42, horizon 5)",
    source="jira",
    reasons=("the first plan of a source is always reviewed",),
    lines=(Line("PAY-12", "Charged twice", "horizon next → now", "it is in now"), Line("PAY-9", "", "score 1 → 7")),
    more=40,
    command="syncd approve 0123456789ab",
    path="/plans/jira",
    digest="0123456789ab",
    numbers={"issues": 42},
    since=NOW,
    id="00112233",
)
NASTY = [
    "<!channel> <!here> <!everyone> <@U123> <#C123> <!subteam^S1>",
    "@here @channel @everyone @all @ada",
    "<https://evil.example|click> [click](https://evil.example) ![](https://evil.example/x.png)",
    "*bold* _italic_ ~gone~ `code` ```block``` > quoted # head | table",
    "<at>ada</at> <b>html</b> <script>alert(1)</script> &lt;!channel&gt;",
    "two\nlines\r\x00\x1b[31m and \u202eturned\u202c and \u2066isolated",
    '"},{"type":"broadcast","range":"channel"},{"type":"text","text":"',
]


def sent(form: Form, *notices: Notice, page: str | None = PAGE) -> tuple[str, Any]:
    text = TellText(url=SecretStr("https://hooks.example.com/x"), form=form)
    body, headers = encoded(Message(NOW, notices, page), text, "1.0")
    assert headers["User-Agent"] == "syncd/1.0"
    return body.decode(), json.loads(body)


def texts(of: Any) -> Iterator[dict[str, Any]]:
    """Every object in it that holds a text."""
    if isinstance(of, dict):
        if "text" in of:
            yield of
        for value in of.values():
            yield from texts(value)
    elif isinstance(of, list):
        for value in of:
            yield from texts(value)


def test_slack_gets_rich_text_and_a_short_text_of_our_own_words() -> None:
    _, body = sent(Form.SLACK, NOTICE)
    assert body["text"] == (
        "jira: a plan waits for a person: 42 issues (score 42, horizon 5) – syncd approve 0123456789ab – "
        "https://syncd.example.com/plans/jira"
    )
    (block,) = body["blocks"]
    assert block["type"] == "rich_text"
    said = ["".join(one.get("text", "") for one in texts(element["elements"])) for element in block["elements"]]
    assert said == [
        "jira: a plan waits for a person: 42 issues (score 42, horizon 5)\nthe first plan of a source is always reviewed",
        "PAY-12 Charged twice: horizon next → now (it is in now)PAY-9: score 1 → 7and 40 more",
        "syncd approve 0123456789ab",
        "see it on the page",
    ]
    assert {one["type"] for one in texts(block)} == {"text", "link"}


def test_teams_gets_an_adaptive_card_of_text_runs() -> None:
    _, body = sent(Form.TEAMS, NOTICE)
    (attachment,) = body["attachments"]
    assert (body["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    card = attachment["content"]
    assert {block["type"] for block in card["body"]} == {"RichTextBlock", "ActionSet"}
    said = ["".join(run["text"] for run in block["inlines"]) for block in card["body"] if "inlines" in block]
    assert said[0] == NOTICE.headline and said[2] == "• PAY-12 Charged twice: horizon next → now (it is in now)"
    assert said[-1] == "syncd approve 0123456789ab"
    assert card["body"][-1]["actions"][0]["url"] == "https://syncd.example.com/plans/jira"


def test_json_is_the_object_of_the_operations_page() -> None:
    _, body = sent(Form.JSON, NOTICE)
    assert body == {
        "version": 1,
        "at": "2026-11-25T12:00:00+00:00",
        "page": PAGE,
        "notices": [
            {
                "id": "00112233",
                "subject": "plan:jira",
                "about": "waiting",
                "event": "new",
                "source": "jira",
                "since": "2026-11-25T12:00:00+00:00",
                "headline": NOTICE.headline,
                "reasons": ["the first plan of a source is always reviewed"],
                "numbers": {"issues": 42},
                "issues": [
                    {
                        "key": "PAY-12",
                        "title": "Charged twice",
                        "what": "horizon next → now",
                        "because": "it is in now",
                    },
                    {"key": "PAY-9", "title": None, "what": "score 1 → 7", "because": None},
                ],
                "more": 40,
                "digest": "0123456789ab",
                "command": "syncd approve 0123456789ab",
                "link": "https://syncd.example.com/plans/jira",
            }
        ],
    }


@pytest.mark.parametrize("form", [Form.SLACK, Form.TEAMS])
@pytest.mark.parametrize("nasty", NASTY)
def test_nobodys_words_are_markup_or_call_anybody(form: Form, nasty: str) -> None:
    line = Line(nasty, nasty, nasty, nasty)
    raw, body = sent(form, Notice("x", About.FAILED, Event.NEW, "jira: x", reasons=(nasty,), lines=(line,)), page=None)
    for call in (
        "<!",
        "<@",
        "<#",
        "@here",
        "@channel",
        "@everyone",
        "@all",
        "@ada",
        "<at>",
        "](http",
        "\\u202e",
        "\u202e",
    ):
        assert call not in raw, call
    # Only in places where no markup is read, and in no place that the message lacks without it.
    kinds = {one["type"] for one in texts(body) if "type" in one}
    assert kinds == ({"text"} if form is Form.SLACK else {"TextRun"})
    if form is Form.SLACK:
        assert body["text"] == "jira: x" and "broadcast" not in {
            one.get("type") for one in body["blocks"][0]["elements"]
        }
    assert not any("\n" in one["text"].strip("\n") for one in texts(body))


@given(st.text(max_size=400), st.sampled_from(list(Form)))
def test_whatever_a_title_is_the_message_is_whole_json_and_fits(title: str, form: Form) -> None:
    text = TellText(url=SecretStr("https://h.example"), form=form)
    long = title * (400 // max(1, len(title)))
    one = Notice("x", About.WAITING, Event.NEW, "x", reasons=(long,) * 2, lines=(Line("K", long, long, long),) * 6)
    message = fitting(Message(NOW, (one,) * 20, PAGE), text)
    body, _ = encoded(message, text, "1")
    json.loads(body)
    assert 1 <= len(message.notices) <= 8 and (len(body) < 28_000 or len(message.notices) == 1)
    assert form is not Form.TEAMS or len(body) < 28_000


def test_a_source_with_a_strange_name_is_escaped_in_the_short_text() -> None:
    _, body = sent(Form.SLACK, Notice("x", About.FAILED, Event.NEW, "a & b> fails"), page=None)
    assert body["text"] == "a &amp; b&gt; fails"
