"""Facts out of CSV files: joined by key, label or another fact; every mistake is told by file, line and column."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from config_folder import PAPER, Folder
from hypothesis import given
from hypothesis import strategies as st

from syncd.config.authoring.rewrite import scoring_data, with_scoring
from syncd.config.reading.sheet import sheet
from syncd.core.expressions.language import Type
from syncd.core.rules import Combine, Join, LinkCount, ReadTable

ARR = 'issue,customer,ARR\nPAY-1,acme,120000\npay-2,globex,\nPAY-3,"Initech, Inc.",8.5\n'


def tables(folder: Folder, text: str, *, rest: str = "", name: str = "revenue.csv", arr: str = ARR) -> Folder:
    (folder.path / name).write_text(arr, encoding="utf-8")
    return folder.write(scoring=f"facts:\n  arr: {text}\n{rest}")


def table(folder: Folder, text: str, *, rest: str = "", arr: str = ARR) -> ReadTable:
    (read,) = tables(folder, text, rest=rest, arr=arr).load().rules.facts["arr"].reads["*"]
    assert isinstance(read, ReadTable)
    return read


def test_a_file_is_joined_by_the_key_of_the_issue_and_knows_its_lines(folder: Folder) -> None:
    read = table(folder, "{table: {file: revenue.csv, key: issue, column: arr}}")
    assert read.rows == {"pay-1": ((120000.0, 2),), "pay-3": ((8.5, 4),)}
    assert (read.file, read.column, read.by) == ("revenue.csv", "ARR", Join.KEY)


def test_the_first_column_is_the_key_and_the_other_of_two_the_value(folder: Folder) -> None:
    read = table(folder, "{table: {file: revenue.csv}}", arr="\ufeffissue;ARR\r\nPAY-1;5\r\n\r\nPAY-2;6")
    assert read.rows == {"pay-1": ((5.0, 2),), "pay-2": ((6.0, 4),)}


def test_several_rows_are_combined_where_that_is_said(folder: Folder) -> None:
    read = table(
        folder,
        "{table: {file: revenue.csv, key: issue, column: ARR, combine: sum}}",
        arr="issue,ARR\nPAY-1,5\nPAY-1,6\n",
    )
    assert read.rows == {"pay-1": ((5.0, 2), (6.0, 3))}
    assert read.combine is Combine.SUM


def test_a_file_is_joined_by_another_fact_or_by_a_family_of_labels(folder: Folder) -> None:
    by_fact = table(
        folder,
        "{table: {file: revenue.csv, key: customer, column: ARR, by: customer}}",
        rest="  customer: {acme: Customer, type: text}\n",
    )
    assert by_fact.by == "customer"
    assert set(by_fact.rows) == {"acme", "initech, inc."}
    by_label = table(
        folder, "{table: {file: revenue.csv, key: customer, column: ARR, by: labels, prefix: Customer/, combine: max}}"
    )
    assert (by_label.by, by_label.prefix, by_label.combine) == (Join.LABELS, "customer/", Combine.MAX)


def test_the_words_of_a_cell_may_be_given_a_value(folder: Folder) -> None:
    read = table(folder, "{values: {Gold: 3}, table: {file: revenue.csv}}", arr="issue,tier\nPAY-1,gold\nPAY-2,2\n")
    assert read.rows == {"pay-1": ((3.0, 2),), "pay-2": ((2.0, 3),)}


def test_rows_are_counted_without_a_column(folder: Folder) -> None:
    read = table(folder, "{table: {file: revenue.csv, key: issue, combine: count}}", arr=ARR + "PAY-1,umbrella,\n")
    assert len(read.rows["pay-1"]) == 2


def test_a_changed_file_is_another_configuration_and_is_among_the_texts(folder: Folder) -> None:
    text = "{table: {file: revenue.csv, key: issue, column: ARR}}"
    before = tables(folder, text).load()
    after = tables(folder, text, arr=ARR.replace("120000", "120001")).load()
    assert before.texts["revenue.csv"] == ARR
    assert before.rules.digest != after.rules.digest


@pytest.mark.parametrize(
    ("arr", "place", "message"),
    [
        ("issue,ARR\nPAY-1,lots\n", "revenue.csv:2:7", "the fact 'arr' is a number, and 'lots' is not"),
        ('issue,ARR\nPAY-1,1\n\nPAY-2,"1,200"\n', "revenue.csv:4:7", "the fact 'arr' is a number, and '1,200' is not"),
        ("issue,ARR\nPAY-1,1\npay-1,2\n", "revenue.csv:3:1", "'pay-1' stands in line 2 already"),
        ("issue,ARR\n,2\n", "revenue.csv:2:1", "this line has a value and no key"),
        ("issue,ARR\nPAY-1,1,200\n", "revenue.csv:2:9", "this line has 3 cells, and the first line names 2"),
        ('issue,ARR\nPAY-1,"1\n', "revenue.csv:2:7", "this quotation mark is never closed"),
        ('issue,ARR\n"PAY-1" ,1\n', "revenue.csv:2:8", "this stands after the closing quotation mark"),
        ("issue,ARR,arr\nPAY-1,1,2\n", "revenue.csv:1:11", "the column 'ARR' stands twice"),
        ("", "revenue.csv", "this file is empty"),
    ],
)
def test_a_mistake_in_the_file_is_told_at_its_line_and_column(
    folder: Folder, arr: str, place: str, message: str
) -> None:
    found = tables(folder, "{table: {file: revenue.csv, key: issue, column: ARR}}", arr=arr).places()
    assert f"{place} {message}" in found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{table: {file: gone.csv}}", "'gone.csv' cannot be used as a table"),
        ("{table: {file: revenue.csv, column: AAR}}", "revenue.csv has no column 'AAR' (did you mean 'ARR'?)"),
        ("{table: {file: revenue.csv}}", "has 3 columns, and this does not say which one counts"),
        ("{table: {file: revenue.csv, column: ARR, by: labels}}", "an issue may have several labels"),
        ("{table: {file: revenue.csv, column: ARR, by: custmer}}", "'custmer' is nothing that a file can be joined by"),
        ("{type: text, table: {file: revenue.csv, column: ARR, combine: sum}}", "which has no sum"),
        ("{type: text, table: {file: revenue.csv, combine: count}}", "a count is always a number, not text"),
        ("{links: {project: SUP}, default: 3}", "'default' beside links says nothing"),
        ("{links: {relation: near}}", "near"),
    ],
)  # fmt: skip
def test_a_mistake_around_the_file_is_told_in_the_rules(folder: Folder, text: str, message: str) -> None:
    found = tables(folder, text).places()
    assert any(message in line and line.startswith("scoring.yaml:2:") for line in found), found


def test_a_table_cannot_be_joined_by_what_is_looked_up_itself(folder: Folder) -> None:
    found = tables(
        folder,
        "{table: {file: revenue.csv, column: ARR, by: tier}}",
        rest="  tier: {type: text, table: {file: revenue.csv, column: customer, by: arr}}\n",
    ).places()
    assert len(found) == 2
    assert all("is itself looked up in a file or counted" in line for line in found)


def test_bytes_that_are_no_text_are_told_with_their_line(folder: Folder) -> None:
    folder.write(scoring="facts: {arr: {table: {file: r.csv}}}")
    (folder.path / "r.csv").write_bytes(b"issue,ARR\nM\xfcller,3\n")
    assert "r.csv:2:1 this is not text in UTF-8" in folder.places()


def test_a_count_of_links_is_for_scores_and_not_for_what_is_known_before(folder: Folder) -> None:
    text = "{links: {project: [SUP, Help], kind: bug, relation: [relates, blocks], open: true}}"
    rule = tables(folder, text).load().rules.facts["arr"]
    assert rule.type is Type.NUMBER
    assert rule.links is not None
    assert rule.links == LinkCount(("sup", "help"), (), rule.links.kinds, rule.links.relations, True)
    ignoring = PAPER + "    normalize: {ignore: arr > 3}\n"
    assert any("arr" in line for line in folder.write(syncd=ignoring).places())


cells = st.text(st.sampled_from(list('ab1 ,"\n;é')), max_size=5)


@given(st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=5))
def test_a_sheet_has_the_cells_that_were_written(rows: list[list[str]]) -> None:
    """Against the standard library's writer and reader, blank lines left out."""
    rows[0] = ["h"] * len(rows[0])
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    found = sheet(written.getvalue(), "x.csv")
    read = [[cell.text for cell in found.header], *([cell.text for cell in row.cells] for row in found.rows)]
    wanted = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(written.getvalue()))]
    assert read == [row for row in wanted if any(row)]
    for row in found.rows:
        assert row.line == written.getvalue()[: row.cells[0].start].count("\n") + 1


def test_every_cell_of_a_sheet_says_where_it_stands(tmp_path: Path) -> None:
    text = 'a,b\n"x ""y""", 3 \n'
    found = sheet(text, str(tmp_path / "x.csv"))
    assert [text[cell.start : cell.end] for cell in found.rows[0].cells] == ['"x ""y"""', " 3 "]
    assert [cell.text for cell in found.rows[0].cells] == ['x "y"', "3"]


def test_other_scores_are_tried_without_a_look_at_the_files_of_facts(folder: Folder) -> None:
    text = (
        "voices: voices.csv\n"
        "facts: {revenue: {table: {file: revenue.csv, key: issue, column: ARR}}, reach: {voices: customers}}\n"
        "score: {formula: revenue + reach}\n"
    )
    folder.write(scoring=text)
    (folder.path / "revenue.csv").write_text("issue,ARR\nPAY-1,7\n")
    (folder.path / "voices.csv").write_text("issue,customer,date\nPAY-1,Acme,2026-11-01\n")
    rules = folder.load().rules
    for name in ("revenue.csv", "voices.csv"):
        (folder.path / name).unlink()
    data = scoring_data(text) | {"score": {"formula": "revenue + 2 * voices.people"}}
    tried = with_scoring(rules, data)
    assert (tried.framework.formula.text, tried.facts, tried.voices) == (
        "revenue + 2 * voices.people",
        rules.facts,
        rules.voices,
    )
