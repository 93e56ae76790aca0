"""The kit against connectors that each break one sentence of the contract: the check of that sentence fails, and says so."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from paper_sandbox import Overheard, PaperSandbox

from syncd.connector.errors import ConnectorError, Refused, Transient
from syncd.connector.hint import Hint, Read, WebhookKey, WebhookRequest, verify, verify_token
from syncd.connector.protocol import Connector, Cursor, Page, Wiring
from syncd.core.issue import FieldValue, SourceIssue, Touch
from syncd.core.plan import Edit, Move, Relabel, SetField
from syncd.testing.conformance import Conformance
from syncd.testing.conformance.stage import Stage
from syncd.testing.paper import PAGE, PaperConnector, PaperIssue, paper_spec
from syncd.testing.sandbox import Weather


class Forgets(PaperConnector):
    def pull(self, since: Cursor | None) -> Iterator[Page]:
        yield from list(super().pull(since))[:1]


class SkipsAhead(PaperConnector):
    """Its last cursor is the present, not the moment at which it asked."""

    def pull(self, since: Cursor | None) -> Iterator[Page]:
        yield from super().pull(since)
        yield Page(cursor=self._cursor(self._tracker.tick + 1))


class CountsItsPages(PaperConnector):
    """Asks for page 2 of what changed, which is another page once somebody worked."""

    def pull(self, since: Cursor | None) -> Iterator[Page]:
        after, start = self._after_tick(since), 0
        while True:
            self._request("search", mutates=False)
            changed = sorted((i.updated, i.id) for i in self._tracker.issues.values() if i.updated >= after)
            page = changed[start : start + PAGE]
            yield Page(
                [self._read(self._tracker.issues[id_]) for _, id_ in page],
                cursor=self._cursor(max([(after, ""), *page])[0]),
            )
            if len(page) < PAGE:
                return
            start += PAGE


class WholeNumbers(PaperConnector):
    def _refusal(self, edit: Edit) -> Refused | None:
        for change in edit.changes:
            if isinstance(change, SetField) and isinstance(change.after, float) and change.after % 1:
                return Refused(f"{change.field} of {edit.key} takes whole numbers; {change.after} is none")
        return super()._refusal(edit)


class AsksForMore(PaperConnector):
    """Goes on from a cursor whatever was asked for when it was given."""

    def _after_tick(self, since: Cursor | None) -> int:
        return int((since or "0").partition(" ")[0])


class Hurries(PaperConnector):
    """Promises with its first page what only the last one keeps."""

    def pull(self, since: Cursor | None) -> Iterator[Page]:
        pages = list(super().pull(since))
        yield from (replace(page, cursor=pages[-1].cursor) for page in pages)


class Undercounts(PaperConnector):
    def census(self) -> Iterator[str]:
        yield from list(super().census())[:10]


class Remembers(PaperConnector):
    """Fetches from what it saw before."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.seen: dict[str, SourceIssue] = {}

    def _read(self, issue: PaperIssue) -> SourceIssue:
        return self.seen.setdefault(issue.id, super()._read(issue))


class SameRevision(PaperConnector):
    def _read(self, issue: PaperIssue) -> SourceIssue:
        return replace(super()._read(issue), revision="1")


class LocalTime(PaperConnector):
    def _read(self, issue: PaperIssue) -> SourceIssue:
        read = super()._read(issue)
        return replace(read, created=read.created.replace(tzinfo=None), updated=read.updated + timedelta(hours=2))


class SetsLabels(PaperConnector):
    """Writes the whole list of labels as it was when it was read."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.labels: dict[str, set[str]] = {}

    def _read(self, issue: PaperIssue) -> SourceIssue:
        self.labels[issue.id] = set(issue.labels)
        return super()._read(issue)

    def apply(self, edits: Sequence[Edit]) -> Iterator[ConnectorError | None]:
        for edit in edits:
            if any(isinstance(change, Relabel) for change in edit.changes):
                self._tracker.issues[edit.ref.id].labels = set(self.labels[edit.ref.id])
            yield from super().apply([edit])


class StopsAtTheFirst(PaperConnector):
    def apply(self, edits: Sequence[Edit]) -> Iterator[ConnectorError | None]:
        for outcome in super().apply(edits):
            if isinstance(outcome, Refused):
                raise outcome
            yield outcome


class Pretends(PaperConnector):
    def apply(self, edits: Sequence[Edit]) -> Iterator[ConnectorError | None]:
        yield from (None for _ in edits)


class TriesAgain(PaperConnector):
    def _apply(self, edit: Edit) -> ConnectorError | None:
        return super()._apply(edit) and super()._apply(edit)


class Bypasses(PaperConnector):
    """Its writes do not pass the transport."""

    def _before(self, resource: str, *, mutates: bool) -> None:
        super()._before(resource, mutates=False)


class NamesTheReporter(PaperConnector):
    """Whoever asks hears of syncd's own account."""

    def authors(
        self, places: Sequence[tuple[str, str]], handles: Mapping[str, Mapping[str, str]]
    ) -> Mapping[tuple[str, str], Sequence[Touch]]:
        told = super().authors(places, handles)
        return {place: [replace(touch, by=("syncd",)) for touch in touches] for place, touches in told.items()}


class OldestFirst(PaperConnector):
    def authors(
        self, places: Sequence[tuple[str, str]], handles: Mapping[str, Mapping[str, str]]
    ) -> Mapping[tuple[str, str], Sequence[Touch]]:
        return {place: list(touches)[::-1] for place, touches in super().authors(places, handles).items()}


class Breaks(PaperConnector):
    def _before(self, resource: str, *, mutates: bool) -> None:
        try:
            super()._before(resource, mutates=mutates)
        except Transient as error:
            raise KeyError("fields") from error


class Impatient(PaperConnector):
    def _before(self, resource: str, *, mutates: bool) -> None:
        try:
            super()._before(resource, mutates=mutates)
        except Transient as error:
            raise Transient(str(error)) from error


class GoesOn(PaperConnector):
    def reorder(self, scope: str, moves: Sequence[Move]) -> Iterator[ConnectorError | None]:
        for move in moves:
            yield from super().reorder(scope, [move])


class Talkative(PaperConnector):
    def pull(self, since: Cursor | None) -> Iterator[Page]:
        self._request("myself", mutates=False)
        yield from super().pull(since)


class ReadsBack(PaperConnector):
    def _apply(self, edit: Edit) -> ConnectorError | None:
        outcome = super()._apply(edit)
        self._request("fetch", mutates=False)
        return outcome


class CountsAPage(PaperConnector):
    def count(self, query: str) -> int:
        return min(2, super().count(query))


class CountsNothing(PaperConnector):
    """Whatever goes wrong."""

    def count(self, query: str) -> int:
        try:
            return super().count(query)
        except ConnectorError:
            return 0


CASES: list[tuple[type[PaperConnector], Callable[[Conformance, Stage], None]]] = [
    (Forgets, Conformance.test_a_first_pull_brings_everything_in_scope),
    (Forgets, Conformance.test_a_pull_can_go_on_from_each_of_its_cursors),
    (SkipsAhead, Conformance.test_nothing_is_missed_when_people_work_during_a_pull),
    (CountsItsPages, Conformance.test_nothing_is_missed_when_people_work_during_a_pull),
    (AsksForMore, Conformance.test_a_field_that_is_wanted_from_now_on_comes_for_issues_that_nobody_changes),
    (Hurries, Conformance.test_a_pull_can_go_on_from_each_of_its_cursors),
    (Remembers, lambda kit, stage: kit.test_any_mixture_of_work_and_pulls_adds_up_to_what_people_see(stage, 1)),
    (Undercounts, Conformance.test_a_deletion_is_told_by_the_census),
    (Remembers, Conformance.test_a_fetch_is_fresh_and_leaves_out_what_is_gone),
    (SameRevision, Conformance.test_equal_revisions_mean_equal_issues),
    (LocalTime, Conformance.test_times_are_aware_and_in_utc),
    (SetsLabels, Conformance.test_labels_are_added_and_removed_singly),
    (StopsAtTheFirst, Conformance.test_a_refused_edit_does_not_stop_the_others),
    (Pretends, Conformance.test_each_field_is_set_changed_and_cleared),
    (Pretends, Conformance.test_each_edit_has_its_outcome_in_order),
    (TriesAgain, Conformance.test_a_lost_answer_is_not_asked_for_again_by_the_connector),
    (Bypasses, Conformance.test_nothing_leaves_through_a_closed_gate),
    (Breaks, lambda kit, stage: kit.test_reading_in_bad_weather_ends_in_the_right_error(stage, Weather.BROKEN, 0)),
    (Impatient, lambda kit, stage: kit.test_reading_in_bad_weather_ends_in_the_right_error(stage, Weather.LIMITED, 0)),
    (GoesOn, Conformance.test_after_a_move_that_failed_the_rest_are_stale),
    (Talkative, Conformance.test_a_quiet_pull_costs_the_same_however_many_issues_there_are),
    (CountsAPage, Conformance.test_a_count_is_the_number_of_issues_that_people_see),
    (CountsNothing, Conformance.test_a_query_that_the_tool_does_not_understand_is_refused_and_never_zero),
    (
        CountsNothing,
        lambda kit, stage: kit.test_counting_in_bad_weather_ends_in_an_error_and_never_in_a_number(
            stage, Weather.BROKEN
        ),
    ),
    (ReadsBack, Conformance.test_writing_costs_no_more_than_stated),
    (NamesTheReporter, Conformance.test_a_persons_change_is_told_by_its_name_and_ours_by_another),
    (OldestFirst, Conformance.test_a_persons_change_is_told_by_its_name_and_ours_by_another),
    (OldestFirst, Conformance.test_each_change_finds_what_the_one_before_it_left),
]


def sandbox_of(kind: type[PaperConnector]) -> type[PaperSandbox]:
    class Broken(PaperSandbox):
        def connector(self, wiring: Wiring) -> Connector:
            heard = Overheard(wiring.transport)
            self._heard.append(heard)
            return kind(self.tracker, replace(wiring, transport=heard))

    return Broken


@pytest.mark.parametrize(("kind", "check"), CASES, ids=[f"{kind.__name__}-{n}" for n, (kind, _) in enumerate(CASES)])
def test_a_connector_that_breaks_the_contract_is_told_what_the_contract_says(
    kind: type[PaperConnector], check: Callable[[Conformance, Stage], None], tmp_path: Path
) -> None:
    stage = Stage(sandbox_of(kind)(tmp_path))
    with pytest.raises(pytest.fail.Exception) as told:
        check(Conformance(), stage)
    lines = str(told.value).splitlines()
    assert [line.partition(":")[0] for line in lines if ": " in line][:1] == ["The contract says"]
    assert any(line.startswith("What to do: ") for line in lines)


def test_a_sandbox_without_weather_is_told_what_to_write(tmp_path: Path) -> None:
    class Fair(PaperSandbox):
        weather = PaperSandbox.__mro__[1].weather  # type: ignore[assignment]

    with pytest.raises(LookupError, match=r"write Sandbox\.weather, or give the reason"):
        Conformance().test_reading_in_bad_weather_ends_in_the_right_error(Stage(Fair(tmp_path)), Weather.LOST, 0)


def test_secrets_of_a_sandbox_reach_syncd_through_the_environment(tmp_path: Path) -> None:
    from jira_sandbox import JiraSandbox

    from syncd.testing.conformance.whole import Syncd

    sandbox = JiraSandbox(tmp_path)
    try:
        with Syncd(tmp_path, sandbox, field="Priority Score", order=True, labels=True).process() as world:
            assert list(world.sources) == ["conformance"]
        assert "demo-token" not in (tmp_path / "syncd.yaml").read_text(encoding="utf-8")
    finally:
        sandbox.close()


@pytest.mark.parametrize(
    "check", [Conformance.test_a_cycle_of_syncd_ends_quiet, Conformance.test_killed_at_any_request_syncd_converges]
)
def test_a_field_of_whole_numbers_is_given_scores_that_fit_once_the_sandbox_says_so(
    check: Callable[[Conformance, Stage, Path], None], tmp_path: Path
) -> None:
    def tried(name: str, values: tuple[float, float]) -> str:
        class Whole(PaperSandbox):
            fields: ClassVar[Mapping[str, tuple[FieldValue, FieldValue]]] = {"Score": values}

            def __init__(self, folder: Path) -> None:
                super().__init__(folder)
                self.spec = paper_spec("paper", self.tracker, WholeNumbers)  # type: ignore[misc]

        folder = tmp_path / name
        folder.mkdir()
        try:
            check(Conformance(), Stage(Whole(folder)), folder)
        except pytest.fail.Exception as error:
            return str(error)
        return ""

    assert tried("whole", (3.0, 80.0)) == ""
    told = tried("fractions", (12.5, 80.0))
    assert "takes whole numbers; 3.3 is none" in told and "whole where it holds no fractions" in told


def test_a_connector_that_believes_any_delivery_is_told(tmp_path: Path) -> None:
    stage = Stage(PaperSandbox(tmp_path))
    stage.sandbox.spec = replace(stage.sandbox.spec, hint=lambda request, key: None)  # type: ignore[misc]
    with pytest.raises(pytest.fail.Exception, match="raises Forged"):
        Conformance().test_a_delivery_that_is_not_signed_is_forged(stage)


def by_token(request: WebhookRequest, key: WebhookKey) -> Hint:
    verify_token(request, key, "x-paper-token")
    return Hint(request.headers["x-paper-delivery"], ids=(request.body.decode(),))


def by_signature(request: WebhookRequest, key: WebhookKey) -> Hint:
    verify(request, key, "x-paper-signature", method_first=False)
    return Hint(hashlib.sha256(request.body).hexdigest(), ids=(request.body.decode(),))


def lets_in_who_says_nothing(request: WebhookRequest, key: WebhookKey) -> Hint:
    return by_token(request, key) if request.headers.get("x-paper-token") else Hint("1")


def names_another_issue(request: WebhookRequest, key: WebhookKey) -> Hint:
    return replace(by_token(request, key), ids=("1",))


def sees_the_same_delivery_always(request: WebhookRequest, key: WebhookKey) -> Hint:
    return replace(by_token(request, key), delivery="1")


@pytest.mark.parametrize(
    ("hint", "told"),
    [
        (by_token, ""),
        (by_signature, ""),
        (lets_in_who_says_nothing, "ended in Hint(delivery='1'"),
        (names_another_issue, "says ids ('1',)"),
        (sees_the_same_delivery_always, "two deliveries and the first one again"),
    ],
)
def test_a_webhook_is_read_as_the_tool_sends_it_and_by_no_other_header(hint: Read, told: str, tmp_path: Path) -> None:
    class Sends(PaperSandbox):
        def delivery(self, id_: str, secret: str) -> WebhookRequest:
            signed = hmac.new(secret.encode(), id_.encode(), hashlib.sha256).hexdigest()
            self.edit(id_, title="Changed")
            headers = {"x-paper-token": secret, "x-paper-signature": signed, "x-paper-delivery": f"{self.tracker.tick}"}
            return WebhookRequest(headers, id_.encode())

    stage = Stage(Sends(tmp_path))
    stage.sandbox.spec = replace(stage.sandbox.spec, hint=hint)  # type: ignore[misc]
    said = ""
    try:
        Conformance().test_a_genuine_delivery_leads_to_the_issue_it_is_about(stage)
        Conformance().test_a_delivery_with_another_secret_is_forged(stage)
    except pytest.fail.Exception as error:
        said = str(error)
    assert told in said and bool(told) is bool(said), said
