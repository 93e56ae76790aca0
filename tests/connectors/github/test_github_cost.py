"""What GraphQL costs at the simulator, by GitHub's own formula, and what our texts therefore cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from github_stage import Mirror, Stage, row

from syncd.connector.errors import Transient

Make = Callable[..., Stage]
WEB = "lumen/web"
THREE_LEVELS = """query($n: Int!) {
  rateLimit { cost nodeCount remaining used }
  repository(owner: "lumen", name: "web") {
    issues(first: 100) { nodes { comments(first: 50) { nodes { id } } labels(first: $n) { nodes { name } } } }
  }
}"""


def ask(stage: Stage, text: str, **variables: Any) -> Any:
    return stage.person("POST", "/graphql", {"query": text, "variables": variables})


def test_a_query_costs_what_its_connections_would_need_and_tells_it(stage: Make) -> None:
    """1 for the issues, 100 for their comments and 100 for their labels: 201, divided by a hundred and rounded."""
    made = stage([row(WEB, n) for n in range(1, 4)])
    told = ask(made, THREE_LEVELS, n=60)["data"]["rateLimit"]
    assert (told["cost"], told["nodeCount"], told["used"]) == (2, 100 + 5000 + 6000, 2)
    assert ask(made, THREE_LEVELS, n=60)["data"]["rateLimit"]["used"] == 4


def test_everything_costs_at_least_a_point_and_a_mutation_one(stage: Make) -> None:
    made = stage([row(WEB, 1)])
    assert ask(made, "{ rateLimit { cost nodeCount } viewer { login } }")["data"]["rateLimit"] == {
        "cost": 1,
        "nodeCount": 0,
    }
    issue = made.simulator.site.repositories
    (repository,) = issue.values()
    text = 'mutation($s: ID!) { addComment(input: {subjectId: $s, body: "a"}) { clientMutationId } }'
    ask(made, text, s=repository.issues[1].node)
    assert made.simulator.access.spend("syncd-demo", "graphql", 0)[1]["X-RateLimit-Used"] == "2"


def test_a_query_that_could_bring_half_a_million_nodes_is_refused(stage: Make) -> None:
    made = stage([row(WEB, 1)])
    text = """{ repository(owner: "lumen", name: "web") { issues(first: 100) { nodes {
      comments(first: 100) { nodes { id } } assignees(first: 100) { nodes { login } } projectItems(first: 100) {
        nodes { fieldValues(first: 50) { nodes { __typename } } } } } } } }"""
    answer = ask(made, text)
    assert answer["errors"][0]["type"] == "MAX_NODE_LIMIT_EXCEEDED"


def test_the_connector_waits_when_the_points_are_gone(stage: Make) -> None:
    made = stage([row(WEB, n) for n in range(1, 101)], quota={"graphql": 12})
    mirror, connector = Mirror(), made.connector()
    mirror.take(connector.pull(None))
    ids = list(mirror.issues)
    handles = {id_: mirror.issues[id_].handles for id_ in ids}
    assert len([issue for page in connector.fetch(ids, handles) for issue in page.issues]) == 100
    used = int(made.simulator.access.spend("syncd-demo", "graphql", 0)[1]["X-RateLimit-Used"])
    assert used <= 6  # a hundred issues with all that syncd reads of them
    with pytest.raises(Transient):
        for _ in range(5):
            list(connector.fetch(ids, handles))
