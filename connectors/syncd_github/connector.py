"""GitHub as a source: the contract's methods, each handed to the file that knows how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy

from msgspec import Struct
from msgspec.json import Decoder

from syncd.connector.errors import ConnectorError, Locked
from syncd.connector.hint import Registry
from syncd.connector.protocol import Can, Cursor, Description, Page, Wiring
from syncd.core.issue import Touch
from syncd.core.permission.leave import WriteKind
from syncd.core.plan import Edit, Move
from syncd.core.safety.noise import Toll
from syncd_github import cursor, hooks, queries
from syncd_github.abreast import LONG, Job, Step, abreast, one_after_another
from syncd_github.authors import authors
from syncd_github.batches import START
from syncd_github.claiming import Claiming
from syncd_github.client import Client
from syncd_github.counting import count
from syncd_github.cursor import Mark, ProjectMark, RepositoryMark, VotesMark
from syncd_github.dependencies import Dependencies, Held
from syncd_github.fetching import Fetcher
from syncd_github.graph import Graph
from syncd_github.issue_fields import IssueFields
from syncd_github.labels import Labels
from syncd_github.listing import Listing
from syncd_github.moving import Mover
from syncd_github.notes import Notes
from syncd_github.projects import Projects
from syncd_github.reactions import Reactions, Votes
from syncd_github.repositories import Repositories, Repository
from syncd_github.schema import Schema
from syncd_github.settings import GitHubSettings
from syncd_github.translate import NOTHING
from syncd_github.wire_graph import Envelope
from syncd_github.writing import EDITS, Writer


class _Login(Struct):
    login: str


class _Viewer(Struct):
    viewer: _Login


_viewer: Decoder[Envelope[_Viewer]] = Decoder(Envelope[_Viewer])


class GitHubConnector:
    """See `syncd.connector.protocol.Connector` for what must hold."""

    def __init__(self, settings: GitHubSettings, wiring: Wiring) -> None:
        self._settings = settings
        self._wiring = wiring
        self._client = Client(settings, wiring.transport, wiring.clock)
        self._more: list[Client] = []
        """One for each further thread; an App's token that has ended is minted anew by each."""
        self._graph = Graph(self._client)
        self._repositories = Repositories(self._client, settings.repositories)
        self._listing = Listing(self._client, wiring.source, settings.overlap)
        self._projects = Projects(settings, wiring, self._graph, self._repositories.contain)
        self._issue_fields = IssueFields(self._client, self._graph, wiring.read_fields | wiring.write_fields)
        self._fetcher = Fetcher(
            wiring.source, self._graph, self._projects, self._issue_fields, self._repositories.contain
        )
        self._reactions = Reactions(self._graph)
        self._dependencies = Dependencies(self._graph)
        self._labels = Labels(self._client, self._graph)
        self._claiming = Claiming(self._client, self._labels, settings.repositories, wiring.label)
        self._notes = Notes(self._graph)
        self._writer = Writer(self._graph, self._projects, self._issue_fields, self._labels, self._notes)
        self._mover = Mover(self._graph, self._projects)

    def describe(self) -> Description:
        data, _, answer = self._graph.read(_viewer, queries.VIEWER, {}, what="asking who we are")
        found = [self._repositories.get(name, fresh=True) for name in self._settings.repositories]
        for repository in found:
            if not repository.issues:
                raise Locked(
                    f"issues are switched off in {repository.name}: switch them on or take it off `repositories`"
                )
        can = {Can.READ}
        if not any(repository.archived for repository in found):
            can.add(Can.NOTE)
            if all(repository.labels for repository in found):
                can.add(Can.LABELS)
        schema = self._projects.schema(fresh=True) if self._settings.project is not None else None
        if schema is not None and schema.writable:
            can |= {Can.FIELDS, Can.MOVE}
        infos = self._issue_fields.infos([repository.name for repository in found])
        if infos:
            can.add(Can.FIELDS)
        version = answer.headers.get("x-github-enterprise-version")
        return Description(
            tool=f"GitHub Enterprise Server {version}" if version else "GitHub",
            account=data.viewer.login,
            account_id=data.viewer.login,
            scopes=tuple(repository.name for repository in found),
            can=frozenset(can),
            fields={**(schema.infos() if schema else {}), **infos},
            order_scopes=(schema.name,) if schema else (),
            now=answer.date,
            similar={**(schema.similar if schema else {}), **self._issue_fields.similar},
            missing_permissions=self._missing(found, schema),
        )

    def _missing(self, repositories: Sequence[Repository], schema: Schema | None) -> Mapping[Can, tuple[str, ...]]:
        """In GitHub's own words, by what they are needed for, as far as GitHub shows them."""
        archived = tuple(f"write access to {each.name} (it is archived)" for each in repositories if each.archived)
        label = tuple(f"the role Triage in {each.name}" for each in repositories if not each.labels)
        missing = {Can.LABELS: archived + label, Can.NOTE: archived}
        if schema is None or schema.writable:
            return missing
        project = (f"write access to the project {schema.name} (or it is closed)",)
        shown = any(name in schema.fields for name in self._wiring.write_fields)
        return {**missing, Can.FIELDS: project if shown else (), Can.MOVE: project}

    def pull(self, since: Cursor | None) -> Iterator[Page]:
        self._labels.forget_all()
        before = cursor.read(since)
        now = Mark(project=before.project, votes=before.votes)
        votes = Votes(before.votes.counts if before.votes is not None else "")
        marks: list[RepositoryMark] = []
        for name in self._settings.repositories:
            mark = before.repositories.get(name.casefold()) or self._start(name)
            now.repositories[name.casefold()] = copy(mark)
            marks.append(mark)
            self._repositories.saw(name, mark.name, mark.id)
        # An issue that is not in the project shows the project's fields empty, so that a wanted value is a difference.
        blank = self._projects.schema(fresh=True).blank if self._projects.used else NOTHING
        names, held = self._settings.repositories, Held(self._dependencies)
        jobs = [Job(place, mark, {**blank, **self._issue_fields.blank(mark.name)}) for place, mark in enumerate(marks)]
        for step in self._steps(jobs):
            if step.piece is None or step.piece.resume:
                now.repositories[names[step.place].casefold()] = step.mark
            if step.piece is None:
                self._repositories.saw(names[step.place], step.mark.name, step.mark.id)
                continue
            votes.saw(step.piece.issues)
            told = held.through(step.piece.issues)
            yield Page(issues=told, cursor=cursor.write(now) if step.piece.resume and not held else None)
        if held:
            yield Page(issues=held.rest())
        if self._projects.used:
            for found in self._projects.changes(before.project):
                if isinstance(found, ProjectMark):
                    now.project = found
                else:
                    yield found
        moment = (self._listing.seen or self._wiring.clock()).timestamp()
        swept = before.votes.swept if before.votes is not None else moment
        now.votes = VotesMark(swept, votes.packed)
        yield Page(cursor=cursor.write(now))
        if not 0 <= moment - swept < self._settings.reactions.total_seconds():
            yield from self._sweep_reactions(votes)
            now.votes = VotesMark(moment, votes.packed)
            yield Page(cursor=cursor.write(now))

    def _steps(self, jobs: Sequence[Job]) -> Iterator[Step]:
        whole = sum(job.mark.since is None for job in jobs)
        at_once = min(self._settings.concurrency, whole) if self._client.seconds >= LONG else 1
        if at_once < 2:
            yield from one_after_another(self._listing, jobs)
            return
        while len(self._more) < at_once - 1:
            self._more.append(self._client.twin())
        source, overlap = self._wiring.source, self._settings.overlap
        others = [Listing(client, source, overlap) for client in self._more[: at_once - 1]]
        yield from abreast([self._listing, *others], jobs)

    def _sweep_reactions(self, votes: Votes) -> Iterator[Page]:
        changed = dict(self._reactions.changed(self._repositories.places(), votes))
        yield from self.fetch(list(changed), {id_: {"node": node} for id_, node in changed.items()})

    def census(self) -> Iterator[str]:
        yield from self._fetcher.census(self._repositories.places())

    def fetch(self, ids: Sequence[str], handles: Mapping[str, Mapping[str, str]]) -> Iterator[Page]:
        if ids:
            for name, _ in self._repositories.places() if self._issue_fields.used else ():
                self._issue_fields.of(name)
            yield from self._fetcher.fetch(ids, handles, self._repositories.places)

    def count(self, query: str) -> int:
        return count(self._client, query)

    def webhooks(self) -> Registry:
        names = [name for name, _ in self._repositories.places()]
        return hooks.look(self._client, names, self._settings.project_owner if self._settings.project else None)

    def order(self, scope: str) -> Sequence[str]:
        return self._projects.order(scope)

    def notes(self, ids: Sequence[str], handles: Mapping[str, Mapping[str, str]]) -> Mapping[str, str | None]:
        nodes = {handles[id_]["node"]: id_ for id_ in ids if "node" in handles.get(id_, {})}
        found = self._notes.look(list(nodes))
        return {nodes[node]: None if note is None else note.text for node, note in found.items()}

    def apply(self, edits: Sequence[Edit]) -> Iterator[ConnectorError | None]:
        yield from self._writer.apply(edits)

    def reorder(self, scope: str, moves: Sequence[Move]) -> Iterator[ConnectorError | None]:
        yield from self._mover.reorder(scope, moves)

    def authors(
        self, places: Sequence[tuple[str, str]], handles: Mapping[str, Mapping[str, str]]
    ) -> Mapping[tuple[str, str], Sequence[Touch]]:
        nodes = {id_: handles[id_]["node"] for id_, _ in places if "node" in handles.get(id_, {})}
        return authors(self._graph, places, nodes)

    def claims(self) -> Mapping[str, str | None]:
        return self._claiming.claims()

    def claim(self, owner: str | None) -> Sequence[str]:
        return self._claiming.claim(owner)

    def toll(self) -> Toll:
        """GitHub tells nobody of labels and of a project's fields; it does of comments.

        https://docs.github.com/en/subscriptions-and-notifications/concepts/about-notifications
        """
        each = 1.0 if self._settings.writes_apart else 0.1  # on this machine nobody is far away
        return Toll(
            EDITS, changes_at_once=START, calls_at_once=START, seconds_a_request=each, loud=frozenset({WriteKind.NOTE})
        )

    def close(self) -> None:
        for client in (self._client, *self._more):
            client.close()

    def _start(self, name: str) -> RepositoryMark:
        repository = self._repositories.get(name)
        return RepositoryMark(id=repository.id, name=repository.name)
