"""A store of any earlier schema, with something in it, comes forward and keeps what it had."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from store_samples import JIRA, NOW, an_issue

from syncd.connector.protocol import Page
from syncd.store import open_store
from syncd.store.codec import encode
from syncd.store.schema import HEAD, MIGRATIONS
from syncd.store.tables import metadata

EARLIER = [f"{number:04}" for number in range(1, int(HEAD))]


def written_by(revision: str, url: str) -> None:
    """What a syncd of that schema left: one issue, one write of ours, one run."""
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        at = "2026-11-23 08:00:00+00:00" if connection.dialect.name == "postgresql" else "2026-11-23 08:00:00.000000"
        rows = {
            "issue": {"source": JIRA, "id": "1", "folded": "pay-1", "revision": "r1", "updated": at, "epoch": 0,
                      "data": encode(an_issue("1"))},
            "ledger": {"source": JIRA, "id": "1", "target": "field:Score", "value": "5.0", "at": at, "run": "a"},
            "run": {"run": "a", "started": at, "finished": at, "outcome": "done", "summary": "{}"},
        }  # fmt: skip
        for table, row in rows.items():
            known = {column["name"] for column in inspect(connection).get_columns(table)}
            kept = {name: value for name, value in row.items() if name in known}
            names = ", ".join(f'"{name}"' for name in kept)
            connection.execute(
                text(f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(f":{name}" for name in kept)})'), kept
            )
    engine.dispose()


@pytest.mark.parametrize("revision", EARLIER)
def test_a_store_of_an_earlier_schema_comes_forward_with_what_it_had(revision: str, empty_url: str) -> None:
    written_by(revision, empty_url)
    store = open_store(empty_url, write=True, now=NOW)
    assert [one.title for one in store.mirror.issues(JIRA)] == [an_issue("1").title]
    ((_, line),) = store.ledger.load(JIRA).items()
    assert (line.value, line.at) == (5.0, NOW)
    assert [one.outcome for one in store.runs.last(9)] == ["done"]
    assert store.mirror.save(JIRA, Page([an_issue("1", 10_000_000)]), now=NOW).changed == {"1"}
    store.close()
    engine = create_engine(empty_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == HEAD
    engine.dispose()


def test_lines_of_one_family_of_labels_become_one_whatever_letters_its_prefix_had(empty_url: str) -> None:
    written_by("0011", empty_url)
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        zone = "+00:00" if connection.dialect.name == "postgresql" else ".000000"
        for id_, target, value, hour in (
            ("1", "label:Roadmap/", "Roadmap/now", 8),
            ("2", "label:roadmap/", "roadmap/now", 8),
            ("2", "label:ROADMAP/", "ROADMAP/later", 9),
            ("3", "label:okr/", "okr/KR1", 8),
        ):
            connection.execute(
                text(
                    "INSERT INTO ledger (source, id, target, value, at, run) "
                    f"VALUES ('{JIRA}', '{id_}', '{target}', '{encode(value)}', '2026-11-23 0{hour}:00:00{zone}', 'a')"
                )
            )
    engine.dispose()
    store = open_store(empty_url, write=True, now=NOW)
    lines = {(ref.id, place): line.value for (ref, place), line in store.ledger.load(JIRA).items()}
    assert lines == {
        ("1", "field:Score"): 5.0,
        ("1", "label:roadmap/"): "Roadmap/now",
        ("2", "label:roadmap/"): "ROADMAP/later",
        ("3", "label:okr/"): "okr/KR1",
    }
    store.close()


@pytest.mark.parametrize("revision", [EARLIER[0], EARLIER[-1], "9999"])
def test_a_store_of_another_version_can_be_backed_up_before_it_is_brought_forward(
    revision: str, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/syncd.db"
    written_by(min(revision, EARLIER[-1]), url)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :now"), {"now": revision})
    engine.dispose()
    store = open_store(url, write=False, now=NOW, any_schema=True)
    store.backup(tmp_path / "copy.db")
    store.close()
    copied = create_engine(f"sqlite:///{tmp_path}/copy.db")
    with copied.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == revision
        assert connection.execute(text("SELECT count(*) FROM issue")).scalar_one() == 1
    copied.dispose()
