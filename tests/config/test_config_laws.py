"""Whatever people do to good files, the answer is a configuration or sentences."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from config_folder import CONNECTORS
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.config.load import load
from syncd.config.reading.faults import ConfigError
from syncd.config.reading.yaml import read

HERE = Path(__file__).resolve().parents[2] / "config"
SYNCD = """\
poll: 60 seconds
sources:
  acme:
    kind: paper
    url: {env: URL, default: https://paper.example}
    token: {env: TOKEN}
    projects: [PAY]
    write:
      score: {field: Score}
      horizon: [{label: roadmap/}, {project_field: Roadmap}]
      key_result: {label: okr/, on_edit: reassert}
      order: true
    normalize: {statuses: {Limbo: active}, priorities: {High: 2}, ignore: "'x' in labels"}
  board: {app: {id: 3, key: {env: TOKEN}}}
policy: {prefer: [acme], limits: {max_changed_share: 30 %}}
"""
FACTS_OF_OURS = {"jira": "acme", "github": "board"}
FILES: dict[str, Any] = {
    "syncd": read(SYNCD, "syncd").data(),
    "okrs": read((HERE / "okrs.yaml").read_bytes(), "okrs").data(),
    "scoring": read((HERE / "scoring.yaml").read_bytes(), "scoring").data(),
}
for fact in FILES["scoring"]["facts"].values():
    for ours, theirs in FACTS_OF_OURS.items():
        if ours in fact:
            fact[theirs] = fact.pop(ours)

VALUES: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 10**20),
    st.floats(),
    st.sampled_from(
        ["", "x", "votes", "okr/", "a b", "'x' in labels", "1 hour", "40 effort", "{", "é✓", "O1", "\u200b"]
    ),
    st.just([]),
    st.just({}),
    st.just({"env": "TOKEN"}),
    st.just({"env": "NOT_SET"}),
    st.just({"file": "nowhere"}),
    st.just([{"x": [1]}]),
)


def paths(data: Any, above: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [above, *(path for key, value in inner for path in paths(value, (*above, key)))]


def changed(data: Any, path: tuple[str | int, ...], value: Any) -> Any:
    if not path:
        return value
    copy: Any = dict(data) if isinstance(data, dict) else list(data)
    copy[path[0]] = changed(data[path[0]], path[1:], value)
    return copy


PLACES = [(name, path) for name, data in FILES.items() for path in paths(data)]


def written(folder: Path, files: dict[str, Any]) -> None:
    shutil.copy(HERE / "voices.csv", folder)
    for name, data in files.items():
        (folder / f"{name}.yaml").write_text(json.dumps(data).replace("NaN", ".nan").replace("Infinity", ".inf"))


def test_the_files_that_are_changed_here_are_good() -> None:
    with tempfile.TemporaryDirectory() as folder:
        written(Path(folder), FILES)
        assert len(load(Path(folder), {"TOKEN": "sesame-sesame"}, CONNECTORS).sources) == 2


@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES | st.text(max_size=5)), min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_any_change_gives_a_configuration_or_sentences(
    changes: list[tuple[tuple[str, tuple[str | int, ...]], Any]],
) -> None:
    files = dict(FILES)
    for (name, path), value in changes:
        if path in paths(files[name]):
            files[name] = changed(files[name], path, value)
    with tempfile.TemporaryDirectory() as folder:
        written(Path(folder), files)
        try:
            load(Path(folder), {"TOKEN": "sesame-sesame"}, CONNECTORS)
        except ConfigError as error:
            said = str(error)
            assert "sesame-sesame" not in said
            assert all(fault.message and fault.file for fault in error.faults)
