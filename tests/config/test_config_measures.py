"""The `measure:` of a key result: one place, its secrets elsewhere, SQL that only reads; mistakes with their line."""

from __future__ import annotations

from datetime import timedelta

import pytest
from config_folder import PAPER, Folder
from hypothesis import given
from hypothesis import strategies as st

from syncd.config.load import load
from syncd.config.reading.statements import why_not_read
from syncd.config.rules.measures import CountOf, CsvCell, JsonAt, PromQL, Sql

OKRS = "objectives:\n  - id: O1\n    title: T\n    key_results:\n      - {id: KR1, title: N, target: 9, measure: %s}\n"


def measured(folder: Folder, text: str) -> Folder:
    return folder.write(okrs=OKRS % text)


def test_each_kind_of_measure_is_read_with_its_schedule(folder: Folder) -> None:
    folder.environ = {**folder.environ, "URL": "https://metrics.example.com/x", "KEY": "sesame", "DB": "sqlite:///x.db"}
    kinds = {
        "{source: acme, count: 'type = Bug', every: 5 minutes}": CountOf("acme", "type = Bug"),
        "{prometheus: https://prom.example.com, query: 'sum(up)'}": PromQL,
        "{json: {env: URL}, path: a.b, token: {env: KEY}, headers: {X-Key: {env: KEY}}}": JsonAt,
        "{sql: {env: DB}, query: 'SELECT 1', stale_after: 2 weeks}": Sql,
        "{csv: numbers.csv, column: calls, row: W1}": CsvCell,
    }
    for text, kind in kinds.items():
        (found,) = measured(folder, text).load().measures
        assert found.key_result == "KR1"
        assert found.what == kind if isinstance(kind, CountOf) else isinstance(found.what, kind)
        if isinstance(found.what, JsonAt):
            secrets = {name: value.get_secret_value() for name, value in found.what.address.headers.items()}
            assert secrets == {"X-Key": "sesame", "Authorization": "Bearer sesame"}
            assert "sesame" not in repr(found) and found.origin == "a.b at metrics.example.com"
    (found,) = measured(folder, "{source: acme, count: x, every: 2 days}").load().measures
    assert (found.every, found.stale_after) == (timedelta(days=2), timedelta(days=6))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{source: acme}", "must name exactly one place: count, prometheus, json, sql or csv"),
        ("{source: acme, count: x, csv: y.csv}", "must name exactly one place"),
        ("{count: x}", "reads from count and does not say the source"),
        ("{prometheus: https://p.example.com}", "reads from prometheus and does not say the query"),
        ("{csv: x.csv, path: a.b}", "reads from csv, where 'path' says nothing"),
        ("{source: amce, count: x}", "there is no source 'amce' (did you mean 'acme'?)"),
        ("{json: ftp://x.example.com, path: a}", "must be a web address"),
        ("{json: 'https://me:sesame@x.example.com', path: a}", "must not hold a password"),
        ("{source: acme, count: x, every: 5 seconds}", "must be a minute at least"),
        ("{source: acme, count: x, every: 2 days, stale_after: 1 day}", "would be stale before it is measured again"),
        ("{json: https://x.example.com, path: a, token: sesame}", "is a secret and must not stand in this file"),
        ("{json: https://x.example.com, path: a, headers: {X-Key: sesame}}", "is a secret and must not stand"),
        ("{sql: 'postgresql://me:sesame@db/x', query: SELECT 1}", "is a secret and must not stand in this file"),
        ("{sql: {env: ACME_TOKEN}, query: DROP TABLE x}", "'query' must be a SELECT, and it begins with DROP"),
        ("{source: acme, count: x}, current: 3", "'current' beside 'measure' says nothing"),
        ("{json: {env: NOT_SET}, path: a}", "the environment variable NOT_SET is not set"),
    ],
)
def test_a_mistake_is_told_once_with_its_line_and_without_any_secret(folder: Folder, text: str, message: str) -> None:
    error = measured(folder, text).error()
    places = folder.places()
    assert len(places) == 1, places
    assert places[0].startswith("okrs.yaml:5:") and message in places[0]
    assert "sesame" not in str(error)


def test_what_is_allowed_is_a_host_an_address_or_a_network(folder: Folder) -> None:
    listing = "measures: {allow: [prometheus.internal, 10.2.3.4, 10.0.0.0/8, 'fd00::/8'], ca: our-ca.pem}\n"
    assert folder.write(syncd=PAPER + listing).load().measuring.allow[2] == "10.0.0.0/8"
    refused = folder.write(syncd=PAPER + "measures: {allow: ['https://x.example.com']}\n").places()
    assert any("must be a host, an address or a network" in line for line in refused)


def test_offline_nothing_that_stands_elsewhere_is_needed_and_the_definition_is_the_same(folder: Folder) -> None:
    text = "{json: {env: URL}, path: a, token: {file: gone.txt}}"
    without = load(measured(folder, text).path, {}, folder.connectors, offline=True)
    (folder.path / "gone.txt").write_text("sesame")
    folder.environ = {**folder.environ, "URL": "https://x.example.com"}
    assert [one.definition for one in folder.load().measures] == [one.definition for one in without.measures]


READS = [
    "SELECT count(*) FROM orders",
    "select 1;",
    " -- the orders\n SELECT 1 -- done;",
    "/* ; DROP */ WITH a AS (SELECT 1) SELECT * FROM a ; -- really",
    "SELECT 'it''s; DROP TABLE x', \"update\" FROM orders",
    "SELECT $$; DELETE$$",
    "VALUES (1)",
    "TABLE numbers",
]
DOES_NOT = [
    "",
    "-- nothing",
    "DELETE FROM orders",
    "SELECT 1; DROP TABLE x",
    "SELECT 1; -- a\n DROP TABLE x",
    "WITH gone AS (DELETE FROM orders RETURNING 1) SELECT count(*) FROM gone",
    "SELECT 1 INTO copy FROM orders",
    "EXPLAIN ANALYZE DELETE FROM orders",
    "SELECT E'a\\''; DROP TABLE x; --'",
    "BEGIN; SELECT 1",
    "COPY orders TO PROGRAM 'x'",
]


@pytest.mark.parametrize("query", READS)
def test_one_statement_that_reads_is_taken(query: str) -> None:
    assert why_not_read(query) is None


@pytest.mark.parametrize("query", DOES_NOT)
def test_anything_else_is_not(query: str) -> None:
    assert why_not_read(query)


@given(st.sampled_from(READS), st.sampled_from(["DROP TABLE x", "DELETE FROM x", "COMMIT", "SELECT 2"]))
def test_nothing_passes_behind_a_statement_that_reads(query: str, more: str) -> None:
    assert why_not_read(f"{query}\n; {more}")
