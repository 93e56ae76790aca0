"""The GraphQL texts, each made for what is wanted. Values travel as variables, only names of ours are in the text.

https://docs.github.com/en/graphql/reference/queries
https://docs.github.com/en/issues/planning-and-tracking-with-projects/automating-your-project/using-the-api-to-manage-projects
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

_PROJECT = """fragment project on ProjectV2 {
  id title closed updatedAt viewerCanUpdate
  fields(first: 100) { nodes {
    ... on ProjectV2FieldCommon { id name dataType }
    ... on ProjectV2SingleSelectField { options { id name } }
    ... on ProjectV2IterationField {
      configuration { iterations { id title } completedIterations { id title } }
    }
  } }
}"""

_VALUE = """fragment value on ProjectV2ItemFieldValue {
  ... on ProjectV2ItemFieldNumberValue { number }
  ... on ProjectV2ItemFieldTextValue { text }
  ... on ProjectV2ItemFieldSingleSelectValue { name }
  ... on ProjectV2ItemFieldDateValue { date }
  ... on ProjectV2ItemFieldIterationValue { title }
}"""

VIEWER = "query { viewer { login } }"

PROJECT = (
    """query($login: String!, $number: Int!) {
  repositoryOwner(login: $login) { ... on ProjectV2Owner { projectV2(number: $number) { ...project } } }
}
"""
    + _PROJECT
)

ORDER = """query($project: ID!, $first: Int!, $after: String) {
  node(id: $project) { ... on ProjectV2 {
    updatedAt
    items(first: $first, after: $after, orderBy: {field: POSITION, direction: ASC}) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes { id isArchived content { ... on Issue { fullDatabaseId repository { nameWithOwner databaseId } } } }
    }
  } }
}"""

CENSUS = """query($owner: String!, $name: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    nameWithOwner databaseId
    issues(first: 100, after: $after, orderBy: {field: CREATED_AT, direction: ASC}) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes { id fullDatabaseId }
    }
  }
}"""


def reactions(*, dependencies: bool) -> str:
    """What changes on open issues without a word of GitHub: their reactions, and how many they wait for."""
    return _REACTIONS.replace("WAITS", "issueDependenciesSummary { totalBlockedBy }" if dependencies else "")


_REACTIONS = """query($owner: String!, $name: String!, $first: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    databaseId
    issues(first: $first, after: $after, states: OPEN, orderBy: {field: CREATED_AT, direction: ASC}) {
      pageInfo { hasNextPage endCursor }
      nodes { id fullDatabaseId reactionGroups { content reactors { totalCount } } WAITS }
    }
  }
}"""

_COMMENTS = "{ pageInfo { hasNextPage endCursor } nodes { id body viewerDidAuthor } }"
NOTES = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Issue {{ id comments(first: 100) {_COMMENTS} }} }} }}"
MORE_NOTES = f"""query($id: ID!, $after: String) {{
  node(id: $id) {{ ... on Issue {{ id comments(first: 100, after: $after) {_COMMENTS} }} }}
}}"""

_BLOCKERS = "blockedBy(first: 50) { totalCount nodes { number repository { nameWithOwner } } }"
BLOCKERS = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Issue {{ {_BLOCKERS} }} }} }}"

ISSUE_FIELD_OPTIONS = """query($ids: [ID!]!) {
  nodes(ids: $ids) { ... on IssueFieldSingleSelect { id options { id name } } }
}"""

_ISSUE_VALUES = """
    issueFieldValues(first: 25) { nodes {
      ... on IssueFieldNumberValue { number: value field { ...issueField } }
      ... on IssueFieldTextValue { text: value field { ...issueField } }
      ... on IssueFieldDateValue { date: value field { ...issueField } }
      ... on IssueFieldSingleSelectValue { name field { ...issueField } }
    } }"""
_ISSUE_FIELD = """fragment issueField on IssueFields { ... on IssueFieldCommon { name } }
"""

MUTATIONS = {
    "addComment": ("AddCommentInput", "clientMutationId"),
    "updateIssueComment": ("UpdateIssueCommentInput", "clientMutationId"),
    "deleteIssueComment": ("DeleteIssueCommentInput", "clientMutationId"),
    "addProjectV2ItemById": ("AddProjectV2ItemByIdInput", "item { id }"),
    "updateProjectV2ItemFieldValue": ("UpdateProjectV2ItemFieldValueInput", "clientMutationId"),
    "clearProjectV2ItemFieldValue": ("ClearProjectV2ItemFieldValueInput", "clientMutationId"),
    "updateProjectV2ItemPosition": ("UpdateProjectV2ItemPositionInput", "clientMutationId"),
    "addLabelsToLabelable": ("AddLabelsToLabelableInput", "clientMutationId"),
    "setIssueFieldValue": ("SetIssueFieldValueInput", "clientMutationId"),
    "removeLabelsFromLabelable": ("RemoveLabelsFromLabelableInput", "clientMutationId"),
}
"""The mutations in use: the type of their input, and what is asked back."""


WRITE_PROJECT = "the organization permission Projects (read and write), or a classic token the scope `project`"
WRITE_ISSUES = "the repository permission Issues (read and write), or a classic token the scope `repo`"


def needs(mutation_name: str) -> str:
    """The access that a mutation takes. https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps"""
    return WRITE_PROJECT if "ProjectV2" in mutation_name else WRITE_ISSUES


def items(fields: int) -> str:
    """A page of a project's items in their order, with so many field values by name ($f0, $f1 …)."""
    declared, asked = _values(fields)
    return f"""query($project: ID!, $first: Int!, $after: String{declared}) {{
  node(id: $project) {{ ... on ProjectV2 {{
    updatedAt
    items(first: $first, after: $after, orderBy: {{field: POSITION, direction: ASC}}) {{
      totalCount pageInfo {{ hasNextPage endCursor }}
      nodes {{
        id isArchived
        content {{ ... on Issue {{ fullDatabaseId repository {{ nameWithOwner databaseId }} }} }}{asked}
      }}
    }}
  }} }}
}}
""" + (_VALUE if fields else "")


def features(text: str) -> dict[str, str]:
    """The headers without which GitHub does not know parts of a text that are in preview."""
    return {"GraphQL-Features": "issue_fields"} if "ssueField" in text else {}


OPTIONAL = {
    "issueType": "issueType { name }",
    "parent": "parent { number repository { nameWithOwner } }",
    "blockedBy": _BLOCKERS,
    "enableDuplicate": "(enableDuplicate: true)",
}
"""Parts of an issue that not every server knows, by the word with which it refuses them."""


def issues(fields: int | None, *, lacks: Collection[str] = (), issue_fields: bool = False) -> str:
    """Issues by node id, with their project items unless `fields` is None. Older servers lack some of `OPTIONAL`, and
    have no issue fields."""
    have = {word: "" if word in lacks else part for word, part in OPTIONAL.items()}
    declared, asked = _values(fields or 0)
    owned = (
        f"\n    projectItems(first: 50, includeArchived: false) {{ nodes {{ id isArchived project {{ id }}{asked} }} }}"
        if fields is not None
        else ""
    )
    return f"""query($ids: [ID!]!{declared}) {{
  nodes(ids: $ids) {{ ... on Issue {{
    id fullDatabaseId number url title body state stateReason{have["enableDuplicate"]} createdAt updatedAt closedAt
    repository {{ nameWithOwner databaseId }}
    author {{ __typename login }}
    labels(first: 100) {{ nodes {{ name }} }}
    assignees(first: 20) {{ nodes {{ __typename login }} }}
    milestone {{ title dueOn }}
    comments {{ totalCount }}
    reactionGroups {{ content reactors {{ totalCount }} }}
    {have["parent"]} {have["issueType"]} {have["blockedBy"]}{owned}{_ISSUE_VALUES if issue_fields else ""}
  }} }}
}}
""" + ((_VALUE + "\n" if fields else "") + (_ISSUE_FIELD if issue_fields else ""))


_EVENT = "createdAt actor { __typename login }"
_LABEL_EVENTS = "".join(
    f" ... on {kind} {{ {_EVENT} label {{ name }} }}" for kind in ("LabeledEvent", "UnlabeledEvent")
)
_FIELD_EVENTS = f"""
      ... on IssueFieldAddedEvent {{ {_EVENT} value issueField {{ ...issueField }} }}
      ... on IssueFieldChangedEvent {{ {_EVENT} previousValue newValue issueField {{ ...issueField }} }}
      ... on IssueFieldRemovedEvent {{ {_EVENT} issueField {{ ...issueField }} }}"""


def timeline(*, issue_fields: bool) -> str:
    """The latest events of issues about labels, and about issue fields where there are any, oldest first."""
    kinds = ["LABELED_EVENT", "UNLABELED_EVENT"]
    kinds += [f"ISSUE_FIELD_{verb}_EVENT" for verb in ("ADDED", "CHANGED", "REMOVED")] if issue_fields else []
    return f"""query($ids: [ID!]!) {{
  nodes(ids: $ids) {{ ... on Issue {{
    id labels(first: 100) {{ nodes {{ name }} }}
    timelineItems(last: 100, itemTypes: [{", ".join(kinds)}]) {{ nodes {{
      __typename{_LABEL_EVENTS}{_FIELD_EVENTS if issue_fields else ""}
    }} }}
  }} }}
}}
""" + (_ISSUE_FIELD if issue_fields else "")


def labels(repositories: Sequence[int]) -> str:
    """The ids of labels by name: for each repository (variables $o0, $n0 …) so many names ($l0_0, $l0_1 …)."""
    declared, asked = [], []
    for index, count in enumerate(repositories):
        declared += [f"$o{index}: String!", f"$n{index}: String!"] + [f"$l{index}_{n}: String!" for n in range(count)]
        names = " ".join(f"l{n}: label(name: $l{index}_{n}) {{ id name }}" for n in range(count))
        asked.append(f"  r{index}: repository(owner: $o{index}, name: $n{index}) {{ nameWithOwner {names} }}")
    body = "\n".join(asked)
    return f"query({', '.join(declared)}) {{\n{body}\n}}"


def mutation(names: Sequence[str]) -> str:
    """The named mutations under the aliases m0, m1 …, each with its input in a variable of the same name."""
    declared = ", ".join(f"$m{index}: {MUTATIONS[name][0]}!" for index, name in enumerate(names))
    calls = "\n".join(
        f"  m{index}: {name}(input: $m{index}) {{ {MUTATIONS[name][1]} }}" for index, name in enumerate(names)
    )
    return f"mutation({declared}) {{\n{calls}\n}}"


def _values(fields: int) -> tuple[str, str]:
    declared = "".join(f", $f{index}: String!" for index in range(fields))
    asked = "".join(f"\n        f{index}: fieldValueByName(name: $f{index}) {{ ...value }}" for index in range(fields))
    return declared, asked
