from __future__ import annotations

import pytest
from config_folder import PAPER, Folder

HORIZONS = "horizons: {now: {capacity: 3 items}, not yet: }\n"
OKRS = "objectives: [{id: O1, title: Sell, key_results: [{id: KR1, title: More}]}]\n"


def writing(*lines: str) -> str:
    return PAPER + "    write:\n" + "".join(f"      {line}\n" for line in lines)


def test_keys_of_a_connector_are_checked_by_it_and_suggested_with_our_own(folder: Folder) -> None:
    text = """\
    sources:
      acme:
        kind: paper
        url: paper.example
        projcts: [PAY]
        token: {env: ACME_TOKEN}
        wirte: {}
    """
    assert folder.write(syncd=text).places() == [
        "syncd.yaml:2:3 'projects' is missing under 'acme'",
        "syncd.yaml:4:10 'url': write the address with https://",
        "syncd.yaml:5:5 unknown key 'projcts' (did you mean 'projects'?)",
        "syncd.yaml:7:5 unknown key 'wirte' (did you mean 'write'?)",
    ]


def test_what_a_connector_says_of_the_whole_points_at_the_source(folder: Folder) -> None:
    assert folder.write(syncd="sources:\n  board: {mode: observe}\n").places() == [
        "syncd.yaml:2:3 give exactly one of pat and app"
    ]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("jira: {kind: papre}", "there is no connector for the kind 'papre' (did you mean 'paper'?)"),
        ("jira: {mode: observe}", "the source 'jira' does not say its kind"),
        ("jira: {kind: 3}", "'kind' must be text, not the number 3"),
    ],
)
def test_a_kind_that_is_not_installed_is_refused_with_those_that_are(folder: Folder, source: str, said: str) -> None:
    faults = folder.write(syncd=f"sources:\n  {source}\n").faults()
    assert faults[0].message == said


@pytest.mark.parametrize("name", ["labels", "default", "a b", "ä", "-x"])
def test_a_source_needs_a_name_that_commands_and_facts_can_say(folder: Folder, name: str) -> None:
    faults = folder.write(syncd=PAPER.replace("acme:", f"{name}:")).faults()
    assert any(fault.message.startswith(f"a source cannot be called '{name}'") for fault in faults)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["score: {label: prio/}"], "a score can only be shown in a field, not in labels"),
        (["rank: [{field: Rank}, {label: rank/}]"], "a rank can only be shown in a field, not in labels"),
        (["score: Score"], "'score' must say whether 'Score' is a field or a label"),
        (["score: {}"], "'score' must name exactly one place: field or label"),
        (["score: {field: A, label: b}"], "'score' must name exactly one place: field or label"),
        (["score: {field: Score}", "rank: {field: score}"], "the field 'score' is written twice (score, line 8)"),
        (["horizon: {label: 'road map/'}"], "the label 'road map/now' cannot be written: labels hold no spaces"),
        (["horizon: {label: roadmap/}"], "the label 'roadmap/not yet' cannot be written: labels hold no spaces"),
        (
            ["objective: {label: okr/}", "key_result: {label: okr/kr-}"],
            "the labels 'okr/kr-…' and 'okr/…' (objective, line 8) cannot be told apart",
        ),
        (
            ["score: {field: Score, on_edit: yeild}"],
            "'on_edit' must be yield or reassert, not 'yeild' (did you mean 'yield'?)",
        ),
        (["order: on"], "'order' must be true or false, not 'on'"),
        (["scroe: {field: Score}"], "unknown key 'scroe' (did you mean 'score'?)"),
        (["score: {field: Sprint}"], "the field 'Sprint' is the tool's own"),
    ],
)
def test_what_cannot_be_written_is_told_before_any_tool_is_asked(folder: Folder, lines: list[str], said: str) -> None:
    faults = folder.write(syncd=writing(*lines), scoring=HORIZONS, okrs=OKRS).faults()
    assert [fault.message for fault in faults] == [said]


def test_two_sources_may_write_to_fields_of_the_same_name(folder: Folder) -> None:
    second = writing("score: {field: Score}").removeprefix("sources:\n").replace("acme:", "other:")
    loaded = folder.write(syncd=writing("score: {field: Score}") + second).load()
    assert [source.write_fields for source in loaded.sources] == [{"Score"}, {"Score"}]


def test_a_horizon_cannot_be_shown_when_there_is_none(folder: Folder) -> None:
    assert folder.write(syncd=writing("horizon: {label: roadmap/}")).places() == [
        "syncd.yaml:8:7 there are no horizons that could be shown"
    ]


def test_a_word_stands_once_whatever_its_case(folder: Folder) -> None:
    text = PAPER + "    normalize: {statuses: {Limbo: active, LIMBO: done}}\n"
    assert folder.write(syncd=text).places() == [
        "syncd.yaml:7:43 'LIMBO' stands twice; upper and lower case make no difference"
    ]


def test_ignore_reads_what_is_known_of_a_single_issue(folder: Folder) -> None:
    text = PAPER + "    normalize: {ignore: okr.linked}\n"
    (fault,) = folder.write(syncd=text).faults()
    assert (fault.line, fault.column) == (7, 25)
    assert "okr" in fault.message


def test_only_known_sources_can_be_preferred(folder: Folder) -> None:
    assert folder.write(syncd=PAPER + "policy: {prefer: [acne, acme, paper, acme]}\n").places() == [
        "syncd.yaml:7:19 there is no source and no kind 'acne' (did you mean 'acme'?)",
        "syncd.yaml:7:38 'acme' stands in the list already",
    ]


@pytest.mark.parametrize(
    ("mode", "text"),
    [
        ("auto", "auto"),
        ("{fields: auto, labels: auto}", "fields auto, labels auto, order review, note review"),
        ("{order: observe}", "fields review, labels review, order observe, note review"),
    ],
)
def test_a_mode_is_one_word_or_one_for_each_kind_of_write(folder: Folder, mode: str, text: str) -> None:
    loaded = folder.write(syncd=PAPER + f"    mode: {mode}\n").load()
    assert loaded.rules.sources["acme"].modes_text == text


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("autoo", "'mode' must be observe, review or auto, not 'autoo' (did you mean 'auto'?)"),
        ("{feilds: auto}", "unknown key 'feilds' (did you mean 'fields'?)"),
        ("{order: never}", "'order' must be observe, review or auto, not 'never'"),
    ],
)
def test_a_mode_that_does_not_exist_is_refused_where_it_stands(folder: Folder, mode: str, said: str) -> None:
    faults = folder.write(syncd=PAPER + f"    mode: {mode}\n").faults()
    assert [fault.message for fault in faults] == [said]


def test_listed_bots_are_compared_without_case(folder: Folder) -> None:
    text = PAPER + "    bots: ['Renovate[bot]', Automation for Jira]\n"
    rules = folder.write(syncd=text).load().rules.sources["acme"]
    assert rules.bots == {"renovate[bot]", "automation for jira"}


@pytest.mark.parametrize(
    ("source", "place", "said"),
    [
        ("    bots: [robot, ROBOT]\n", "syncd.yaml:7:19", "'ROBOT' stands in the list already"),
        ("    bots: ['']\n", "syncd.yaml:7:12", "must not be empty"),
        ("    bots: robot\n", "syncd.yaml:7:11", "'bots' must be a list"),
    ],
)
def test_a_list_of_bots_that_says_nothing_is_refused(folder: Folder, source: str, place: str, said: str) -> None:
    (fault,) = folder.write(syncd=PAPER + source).places()
    assert fault.startswith(place) and said in fault


def test_bots_of_a_tool_that_remembers_nobody_are_refused(folder: Folder) -> None:
    text = "sources:\n  board: {kind: board, pat: {env: BOARD_PAT}, bots: [robot]}\n"
    faults = [fault.message for fault in folder.write(syncd=text).faults()]
    assert "a source of kind board does not tell who changed what, so nobody can be listed here" in faults
