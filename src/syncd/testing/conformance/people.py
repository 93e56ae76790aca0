"""What people do in a sandbox, and whether a mirror shows it."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from syncd.connector.protocol import Can
from syncd.core.issue import StateGroup
from syncd.testing.conformance.stage import Mirror, Stage
from syncd.testing.conformance.telling import demand

OMITS = "`pull` gives everything that changed at or after the cursor; repeating is allowed, omitting is not."
LOOK_BACK = (
    "let each pull look back a little behind the newest change it saw (the tool's clock is coarse, its index late), and "
    "take `updated >= cursor`, never `>`. Empty values are None, numbers floats."
)

DRIFT = (
    "pages that are counted (page=2, offset=100) shift when an issue before them is edited or deleted: ask for the next one by the "
    "time or id of the last issue of the page before, or by the tool's own token for the next page. Take the cursor from before "
    "the first page."
)


def changes(stage: Stage, ids: list[str]) -> Iterator[str]:
    """A person changes one thing after the other; after each its description is yielded."""
    stage.sandbox.edit(ids[0], title="A better title")
    yield "a title was changed"
    stage.sandbox.edit(ids[0], title="The best title")
    yield "the same title was changed once more"
    stage.sandbox.edit(ids[1], add=["urgent"])
    yield "a label was added"
    stage.sandbox.edit(ids[1], remove=["urgent"])
    yield "a label was removed"
    for name, (one, _) in stage.sandbox.fields.items():
        stage.sandbox.edit(ids[0], fields={name: one})
        yield f"the field {name!r} was set"
        stage.sandbox.edit(ids[0], fields={name: None})
        yield f"the field {name!r} was cleared"
    stage.sandbox.finish(ids[1])
    yield "an issue was closed"


def agree(stage: Stage, mirror: Mirror, ids: list[str], what: str, do: str = LOOK_BACK) -> None:
    """The mirror shows of each issue what people see. `do` is the advice where it does not."""
    missing = [id_ for id_ in ids if id_ not in mirror.issues]
    demand(not missing, OMITS, f"{what}; of {len(ids)} issues {len(missing)} never came: {missing[:5]}", do)
    for id_ in ids:
        seen, issue = stage.sandbox.look(id_), mirror[id_]
        fields = {name: mirror.fields(id_).get(name) for name in stage.sandbox.fields}
        shown = (issue.title, issue.state_group is StateGroup.DONE, sorted(issue.labels), fields)
        true = (seen.title, seen.done, sorted(seen.labels), {n: seen.fields.get(n) for n in stage.sandbox.fields})
        demand(
            shown == true,
            OMITS,
            f"{what}; of {issue.key} we were told (title, done, labels, fields) {shown}, people see {true}",
            do,
        )


def busy(stage: Stage, ids: list[str], random: Random) -> str:
    """A person does anything; what it was. Issues that come and go come and go in `ids`."""
    box, can = stage.sandbox, stage.description.can
    deed = random.choice(["title", "title", "add", "delete", "finish", "label", "unlabel", "field", "wait"])
    id_ = random.choice(ids)
    match deed:
        case "title":
            box.edit(id_, title=f"Title {random.randrange(1000)}")
        case "add":
            ids.append(box.add(f"Added {random.randrange(1000)}", ["team-a"]))
        case "delete" if len(ids) > 2:
            ids.remove(id_)
            box.delete(id_)
        case "finish" if not box.look(id_).done:
            box.finish(id_)
        case "label":
            box.edit(id_, add=[random.choice(["urgent", "team-a"])])
        case "unlabel" if box.look(id_).labels:
            box.edit(id_, remove=[min(box.look(id_).labels)])
        case "field" if Can.FIELDS in can and box.fields:
            name, values = random.choice(sorted(box.fields.items()))
            box.edit(id_, fields={name: random.choice([*values, None])})
        case _:
            box.later(random.choice([1, 30, 600, 7200]))
            return "some time passed"
    return f"{deed} of {id_}"
