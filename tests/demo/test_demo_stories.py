"""What the demo's backlog holds on purpose."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Set

from demo_files import World, is_open, key_of, repository_of, text_of, title_of

TRACKED = re.compile(
    r"^(?:\[(?P<tag>[A-Z]+-\d+)\] .*|Tracked in (?P<key>[A-Z]+-\d+)|Jira: https://\S+/browse/(?P<url>[A-Z]+-\d+))$",
    re.MULTILINE,
)
GITHUB = re.compile(r"^(?:GitHub:|Tracked in) https://github\.com/(lumen/\w+)/issues/(\d+)$", re.MULTILINE)
BLOCKED = re.compile(r"^Blocked by (?:(?P<key>[A-Z]+-\d+)|(?P<where>lumen/\w+)?#(?P<number>\d+))$", re.MULTILINE)


def twin_pairs(world: World) -> set[tuple[str, str]]:
    pairs: set[tuple[str, str]] = set()
    for issue in world.issues:
        for found in TRACKED.finditer(text_of(issue)):
            pairs.add((found["tag"] or found["key"] or found["url"], key_of(issue)))
    for issue in world.jira:
        for repository, number in GITHUB.findall(text_of(issue)):
            pairs.add((issue["key"], f"{repository}#{number}"))
    return pairs


def blockers(world: World) -> Mapping[str, Set[str]]:
    """By key, what waits for it, over links and texts."""
    waiting: defaultdict[str, set[str]] = defaultdict(set)
    for issue in world.jira:
        for link in issue["fields"]["issuelinks"]:
            if link["type"]["name"] == "Blocks" and "outwardIssue" in link:
                waiting[issue["key"]].add(link["outwardIssue"]["key"])
    for issue in (*world.jira, *world.issues):
        for found in BLOCKED.finditer(text_of(issue)):
            home = "" if "key" in issue else repository_of(issue)
            waiting[found["key"] or f"{found['where'] or home}#{found['number']}"].add(key_of(issue))
    return waiting


def test_about_25_pieces_of_work_are_tracked_in_both_tools(world: World) -> None:
    pairs = twin_pairs(world)
    assert 22 <= len({jira for jira, _ in pairs}) <= 28
    assert all(jira in world.by_key and github in world.by_key for jira, github in pairs)
    ways = [
        sum(1 for _, github in pairs if title_of(world.by_key[github]).startswith("[")),
        sum(1 for _, github in pairs if "Tracked in " in text_of(world.by_key[github])),
        sum(1 for jira, _ in pairs if "GitHub: https://" in text_of(world.by_key[jira])),
        sum(1 for _, github in pairs if "Jira: https://" in text_of(world.by_key[github])),
    ]
    assert min(ways) >= 4


def test_one_jira_issue_has_two_twins_in_one_repository(world: World) -> None:
    twins = defaultdict(list)
    for jira, github in twin_pairs(world):
        twins[jira, github.partition("#")[0]].append(github)
    ambiguous = {key: found for key, found in twins.items() if len(found) > 1}
    assert len(ambiguous) == 1
    ((key, _),) = ambiguous
    assert title_of(world.by_key[key]).startswith("Delivery date picker offers Sundays")


def test_there_is_exactly_one_blocker_cycle(world: World) -> None:
    """Also when twins count as one."""
    graph = blockers(world)
    same: dict[str, str] = {}
    for jira, github in twin_pairs(world):
        same[github] = jira
    merged: defaultdict[str, set[str]] = defaultdict(set)
    for blocker, waiting in graph.items():
        merged[same.get(blocker, blocker)] |= {same.get(key, key) for key in waiting}
    on_cycles = {key for key in list(merged) if key in _reachable(merged, key)}
    titles = sorted(title_of(world.by_key[key]) for key in on_cycles)
    assert titles == [
        "Close the old ledger for writing",
        "Let the monthly tax export read the new ledger",
        "Write refunds to the new ledger",
    ]


def _reachable(graph: Mapping[str, Set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    ahead = list(graph.get(start, ()))
    while ahead:
        key = ahead.pop()
        if key not in seen:
            seen.add(key)
            ahead.extend(graph.get(key, ()))
    return seen


def test_teams_wait_for_each_other_across_tools(world: World) -> None:
    across = [
        (blocker, waiting)
        for blocker, keys in blockers(world).items()
        for waiting in keys
        if ("#" in blocker) != ("#" in waiting)
    ]
    assert len(across) >= 6
    assert all(blocker in world.by_key for blocker, _ in across)


def test_one_issue_is_in_limbo(world: World) -> None:
    odd = [i for i in world.jira if i["fields"]["status"]["statusCategory"]["key"] == "undefined"]
    assert [issue["fields"]["status"]["name"] for issue in odd] == ["In Limbo"]


def test_jira_uses_all_its_statuses(world: World) -> None:
    statuses = Counter(issue["fields"]["status"]["name"] for issue in world.jira)
    assert set(statuses) == {"To Do", "In Progress", "In Review", "Blocked", "In Limbo", "Done", "Won't Do"}
    resolutions = {(i["fields"]["resolution"] or {}).get("name") for i in world.jira if not is_open(i)}
    assert resolutions == {"Done", "Won't Do", "Duplicate"}


def test_people_set_two_roadmap_labels_and_one_okr_label_themselves(world: World) -> None:
    labels = [(key_of(i), label) for i in world.jira for label in i["fields"]["labels"]]
    labels += [(key_of(i), label["name"]) for i in world.github for label in i["labels"]]
    assert sorted(label for _, label in labels if label.startswith("roadmap/")) == ["roadmap/later", "roadmap/now"]
    assert [label for _, label in labels if label.startswith("okr/")] == ["okr/KR5"]


def test_each_team_has_its_own_way_with_priorities(world: World) -> None:
    pay = Counter(i["fields"]["priority"]["name"] for i in world.jira if i["key"].startswith("PAY"))
    shop = {i["fields"]["priority"]["name"] for i in world.jira if i["key"].startswith("SHOP")}
    assert set(pay) == {"Highest", "High", "Medium", "Low", "Lowest"}
    assert shop == {"Medium"}
    used: defaultdict[str, set[str]] = defaultdict(set)
    for issue in world.issues:
        for label in issue["labels"]:
            if re.fullmatch(r"P\d|priority: \w+", label["name"]):
                used[repository_of(issue)].add(label["name"])
    assert used == {
        "lumen/web": {"P0", "P1", "P2", "P3"},
        "lumen/api": {"priority: high", "priority: medium", "priority: low"},
    }


def test_much_of_what_rules_need_is_missing(world: World) -> None:
    points, customers, confidence = "customfield_10016", "customfield_10041", "customfield_10043"
    work = [i["fields"] for i in world.jira if i["fields"]["issuetype"]["name"] in ("Story", "Bug", "Task")]
    for field, low, high in ((points, 0.15, 0.4), (customers, 0.3, 0.6), (confidence, 0.45, 0.75)):
        missing = sum(fields[field] is None for fields in work) / len(work)
        assert low < missing < high, (field, missing)


def test_the_project_holds_most_open_issues_and_reach_for_many(world: World) -> None:
    (project,) = world.github_site["projects"]
    items = {f"{item['repository']}#{item['number']}": item["fields"] for item in project["items"]}
    open_issues = [key_of(issue) for issue in world.issues if is_open(issue)]
    assert len(items) == len(project["items"])
    assert 0.85 < sum(key in items for key in open_issues) / len(open_issues) < 1
    assert 0.35 < sum("Reach" in fields for fields in items.values()) / len(items) < 0.8
    assert all("pull_request" not in world.by_key[key] for key in items)


def test_github_shows_types_task_lists_code_and_milestones(world: World) -> None:
    typed = [issue for issue in world.issues if issue["type"] is not None]
    assert 0.2 < len(typed) / len(world.issues) < 0.6
    assert sum("- [ ] " in (issue["body"] or "") for issue in world.issues) >= 15
    assert sum("```" in (issue["body"] or "") for issue in world.issues) >= 5
    assert sum(issue["milestone"] is not None for issue in world.issues) >= 40
    assert any(issue["reactions"]["+1"] >= 20 for issue in world.issues)


def test_jira_has_three_sprints_and_epics_with_children_and_steps(world: World) -> None:
    sprints = Counter(s["state"] for i in world.jira for s in i["fields"]["customfield_10020"] or ())
    assert set(sprints) == {"closed", "active", "future"}
    parents = {i["fields"]["parent"]["key"] for i in world.jira if "parent" in i["fields"]}
    kinds = Counter(world.by_key[key]["fields"]["issuetype"]["name"] for key in parents)
    assert kinds["Epic"] >= 10
    assert kinds["Story"] + kinds["Task"] == kinds.total() - kinds["Epic"] >= 10
