"""What the source is and allows, asked afresh: site, account, projects, fields, permissions and the query."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from syncd.connector.errors import Locked
from syncd.connector.protocol import Can, Description, FieldInfo, FieldType
from syncd_jira import wire
from syncd_jira.fields import FieldMap, field_type, similar, writable
from syncd_jira.search import PAGE, check_query, pages
from syncd_jira.site import Site, projects

_COMMENTING = {
    "ADD_COMMENTS": "Add Comments",
    "EDIT_OWN_COMMENTS": "Edit Own Comments",
    "DELETE_OWN_COMMENTS": "Delete Own Comments",
}


_MOST_FORMS = 8
"""Edit forms of issues that are looked at for the options of fields."""


def describe(site: Site, order: bool, write_fields: frozenset[str], note: bool) -> Description:
    site.forget()
    facts, fields = site.connect(), site.read_fields()
    keys = _projects(site)
    check_query(site, site.scope_jql())
    can = {Can.READ}
    if any(site.may("EDIT_ISSUES", project) for project in keys):
        can |= {Can.FIELDS, Can.LABELS}
    if fields.rank and any(site.may("SCHEDULE_ISSUES", project) for project in keys):
        can.add(Can.MOVE)
    if any(all(site.may(name, project) for name in _COMMENTING) for project in keys):
        can.add(Can.NOTE)
    return Description(
        tool="Jira Cloud" if facts.cloud else f"Jira Data Center {'.'.join(facts.version.split('.')[:2])}".strip(),
        account=site.account_name,
        account_id=site.facts.account,
        scopes=keys,
        can=frozenset(can),
        fields=_infos(site, fields, write_fields),
        order_scopes=keys if fields.rank and order else (),
        now=site.server_time or site.client.now(),
        similar={name: similar(name, site.all_fields) for name in fields.missing},
        missing_permissions=_missing(site, keys, order, note),
    )


def _missing(site: Site, projects: Sequence[str], order: bool, note: bool) -> Mapping[Can, tuple[str, ...]]:
    """In Jira's own words, by what they are needed for."""
    comment = tuple(
        f"{words} in {project}"
        for project in projects
        for name, words in _COMMENTING.items()
        if note and not site.may(name, project)
    )
    edit = tuple(f"Edit Issues in {project}" for project in projects if not site.may("EDIT_ISSUES", project))
    place = tuple(f"Schedule Issues in {project}" for project in projects if not site.may("SCHEDULE_ISSUES", project))
    return {Can.FIELDS: edit, Can.LABELS: edit, Can.MOVE: place if order else (), Can.NOTE: comment}


def _infos(site: Site, fields: FieldMap, write_fields: frozenset[str]) -> Mapping[str, FieldInfo]:
    infos = {name: FieldInfo(name, ref.id, field_type(ref), writable(ref)) for name, ref in fields.wanted.items()}
    choices = [name for name in write_fields if name in infos and infos[name].type is FieldType.OPTION]
    if choices:
        options = _options(site, {infos[name].id for name in choices})
        for name in choices:
            infos[name] = replace(infos[name], options=options.get(infos[name].id, ()))
    return infos


def _options(site: Site, wanted: set[str]) -> Mapping[str, tuple[str, ...]]:
    """By field id, what may be chosen, as far as it can be seen.

    Only the edit forms of issues tell it to those who are no administrators. A form lacks what is on no screen of the issue's
    type, and is empty where the workflow forbids edits, as often in closed statuses: one form is looked at for each kind of
    issue among the last ones, open ones first, until all is found.
    """
    decoder = wire.page_decoder(())
    page = next(pages(site, site.scope_jql(), "updated DESC", ("issuetype", "project", "status"), decoder, PAGE))[0]
    kinds: dict[tuple[object, ...], str] = {}
    for issue in page.issues:
        f = issue.fields
        status = f.status.name if f.status else None
        done = f.status is not None and f.status.statusCategory is not None and f.status.statusCategory.key == "done"
        kind = (done, status if done else None, f.issuetype and f.issuetype.name, f.project and f.project.key)
        kinds.setdefault(kind, issue.id)
    found: dict[str, tuple[str, ...]] = {}
    for _, id_ in sorted(kinds.items(), key=lambda each: each[0][0] is True)[:_MOST_FORMS]:
        path = f"issue/{id_}/editmeta"
        meta, _ = site.client.get(path, "reading the options of fields", wire.EDIT_META, single=True)
        for name in wanted & meta.fields.keys():
            values = meta.fields[name].allowedValues or ()
            found.setdefault(name, tuple(shown for value in values if (shown := value.value or value.name)))
        if wanted <= found.keys():
            break
    return found


def _projects(site: Site) -> tuple[str, ...]:
    """The projects by their present keys. Raises Locked with the visible keys that look like a missing one."""
    configured = site.settings.projects
    visible = {project.key for project in projects(site, configured) if project.key}
    missing = [key for key in configured if key not in visible]
    if not missing:
        return configured
    for status, place in (("archived", "archived"), ("deleted", "in Jira's trash")):
        if put_away := ", ".join(project.key for project in projects(site, missing, status) if project.key):
            raise Locked(
                f"Source {site.source} is configured for {put_away}, which is {place}: restore it in Jira, or take it off "
                f"`projects`."
            )
    if site.facts.cloud:
        page, _ = site.client.get("project/search?maxResults=100", "looking for projects", wire.PROJECT_PAGE)
        visible = {project.key for project in page.values if project.key}
    near = sorted(
        {key for name in missing for key in difflib.get_close_matches(name, sorted(visible), n=3, cutoff=0.4)}
    )
    others = f"visible to this account: {', '.join(near or sorted(visible)[:10])}" if visible else "it sees no project"
    raise Locked(
        f"Source {site.source} is configured for {', '.join(configured)}, but its account {site.account_name} cannot see "
        f"{', '.join(missing)}; {others}. Correct `projects`, or give the account the permission Browse projects."
    )
