"""Edits and moves. One request an edit and one for up to fifty chained moves; nothing is read back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from syncd.connector.errors import Ambiguous, ConnectorError, Locked, Refused, Stale, Transient
from syncd.core.plan import Edit, Move, Relabel, SetField, SetNote
from syncd_jira import RANKED_AT_ONCE, wire
from syncd_jira.failures import Received
from syncd_jira.fields import FieldMap, encode
from syncd_jira.notes import Notes
from syncd_jira.search import pages
from syncd_jira.site import Site


class Writer:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._notes = Notes(site)

    # -- edits ------------------------------------------------------------------------------------------------------

    def apply(self, edits: Sequence[Edit]) -> Iterator[ConnectorError | None]:
        for edit in edits:
            try:
                self._carry_out(edit)
            except Locked:
                raise
            except ConnectorError as error:
                yield error
            else:
                yield None

    def _carry_out(self, edit: Edit) -> None:
        notes = [change for change in edit.changes if isinstance(change, SetNote)]
        if len(notes) < len(edit.changes):
            self._edit(edit)
        for change in notes:
            self._notes.write(edit, change)

    def _edit(self, edit: Edit) -> None:
        """All changes in one request, all or none.

        Jira refuses an edit as a whole when it refuses one field of it. The others are not sent alone: the outcome is
        one per edit, and a value written by a refused edit would later pass for a person's.
        """
        body = edit_body(self._site.fields, edit)
        project = edit.key.rpartition("-")[0]
        silently = self._site.may_silence(project)
        try:
            self._put(edit, body, silently)
        except Refused as error:
            if not silently or "user notification" not in str(error).lower():
                self._site.doubt_fields()
                raise Refused(in_words(str(error), self._site.fields)) from error
            self._site.may_not_silence(project)
            self._put(edit, body, False)

    def _put(self, edit: Edit, body: Mapping[str, object], silently: bool) -> Received:
        params = {"notifyUsers": "false"} if silently else {}
        return self._site.client.send(
            "PUT", f"issue/{edit.ref.id}", f"writing {edit.key}", params=params, body=body, single=True
        )

    # -- moves ------------------------------------------------------------------------------------------------------

    def reorder(self, scope: str, moves: Sequence[Move]) -> Iterator[ConnectorError | None]:
        """After the first failure the rest are Stale: they were decided for an order that is not there."""
        failed: ConnectorError | None = None
        for chain in chains(moves):
            if failed is not None:
                yield from (_not_sent(failed) for _ in chain)
                continue
            try:
                outcomes = self._rank(scope, chain)
            except Locked:
                raise
            except ConnectorError as error:
                outcomes = [error] * len(chain)
            for outcome in outcomes:
                yield outcome if failed is None or outcome is not None else _not_sent(failed)
                failed = failed or outcome

    def _rank(self, scope: str, chain: Sequence[Move]) -> Sequence[ConnectorError | None]:
        ids = [move.ref.id for move in chain]
        below = chain[0].below
        if below is not None:
            body: dict[str, object] = {"issues": ids, "rankAfterIssue": below.id}
        else:
            top = self._first_but(scope, ids)
            if top is None and len(ids) == 1:
                return [None]  # it is alone in its scope
            body = {"issues": ids, "rankBeforeIssue": top}
            if top is None:
                body = {"issues": ids[1:], "rankAfterIssue": ids[0]}
        if (rank := self._site.rank_number) is not None:
            body["rankCustomFieldId"] = rank  # the order that was read
        doing = f"ranking {chain[0].key}" if len(chain) == 1 else f"ranking {chain[0].key} and {len(chain) - 1} more"
        got = self._site.client.send("PUT", "issue/rank", doing, body=body, agile=True, single=True)
        if got.status != 207:
            return [None] * len(chain)
        return self._partly(chain, got)

    def _first_but(self, scope: str, ids: Sequence[str]) -> str | None:
        """The first issue of the scope that is not itself moved."""
        site = self._site
        order = site.by_rank
        if site.facts.cloud:
            for page, _, _ in pages(site, site.scope_jql((scope,)), order, ("id",), wire.IDS, len(ids) + 1):
                for issue in page.issues:
                    if issue.id not in ids:
                        return issue.id
            return None
        body = {
            "jql": f"{site.scope_jql((scope,))} ORDER BY {order}",
            "startAt": 0,
            "maxResults": len(ids) + 1,
            "fields": ["id"],
        }
        found, _ = site.client.post("search", "reading the top of the order", wire.IDS, body)
        return next((issue.id for issue in found.issues if issue.id not in ids), None)

    def _partly(self, chain: Sequence[Move], got: Received) -> Sequence[ConnectorError | None]:
        """207: each issue has an outcome of its own."""
        try:
            answer = self._site.client.read(got, wire.RANK_ENTRIES, f"ranking {chain[0].key}")
        except (Transient, Refused) as error:  # some were ranked, and which ones stood in what got lost
            return [Ambiguous(str(error)) for _ in chain]
        by_id = {str(entry.issueId): entry for entry in answer.entries}
        by_key = {entry.issueKey: entry for entry in answer.entries if entry.issueKey}
        outcomes: list[ConnectorError | None] = []
        for move in chain:
            entry = by_id.get(move.ref.id) or by_key.get(move.key)
            outcomes.append(
                _entry_outcome(move, entry) if entry else Ambiguous(f"Jira did not say whether {move.key} was ranked.")
            )
        return outcomes


def edit_body(known: FieldMap, edit: Edit) -> Mapping[str, object]:
    """What Jira is sent for an edit. Raises Refused for what it can never take.

    https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issues/#api-rest-api-2-issue-issueidorkey-put
    """
    fields: dict[str, object] = {}
    labels: list[dict[str, str]] = []
    for change in edit.changes:
        match change:
            case SetField(field=name, after=after):
                ref = known.wanted.get(name)
                if ref is None:
                    raise Refused(f"Jira has no field {name} to write {edit.key}: create it, or correct its name.")
                try:
                    fields[ref.id] = encode(ref, after)
                except ValueError as error:
                    raise Refused(f"{edit.key} was not written: {error}.") from error
            case Relabel(add=add, remove=remove):
                labels += [{"add": label} for label in add] + [{"remove": label} for label in remove]
    body: dict[str, object] = {}
    if fields:
        body["fields"] = fields
    if labels:
        body["update"] = {"labels": labels}
    return body


def in_words(said: str, known: FieldMap) -> str:
    """Jira's refusal of an edit, with the names of fields instead of their ids, and what to do about it."""
    names = {ref.id: name for name, ref in known.wanted.items()}
    said = re.sub(r"\bcustomfield_\d+\b", lambda found: names.get(found[0], found[0]), said)
    if "appropriate screen" not in said:
        return said
    return (
        f"{said} Put the field on the edit screen of the issue's type, where Labels has to be as well (in a team-managed "
        f"project: among its fields), or give the account the permission Edit Issues."
    )


def chains(moves: Sequence[Move]) -> Iterator[Sequence[Move]]:
    """Runs in which each move places its issue directly below the one before, at most fifty long."""
    chain: list[Move] = []
    for move in moves:
        if chain and (
            move.below != chain[-1].ref or len(chain) == RANKED_AT_ONCE or move.ref in [m.ref for m in chain]
        ):
            yield chain
            chain = []
        chain.append(move)
    if chain:
        yield chain


def _entry_outcome(move: Move, entry: wire.RankEntry) -> ConnectorError | None:
    said = " ".join(entry.errors or ()) or f"status {entry.status}"
    if 200 <= entry.status < 300:
        return None
    if entry.status in (429, 503):
        return Transient(f"Jira could not rank {move.key} at this moment: {said}", scope="this Jira site")
    if entry.status in (404, 409):
        return Stale(f"Jira could not rank {move.key}: {said}")
    if entry.status >= 500:
        return Ambiguous(f"Jira failed to rank {move.key}: {said}")
    return Refused(f"Jira refused to rank {move.key}: {said}")


def _not_sent(failed: ConnectorError) -> Stale:
    return Stale(f"Not moved, because an earlier move failed: {failed}")
