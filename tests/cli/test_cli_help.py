"""What somebody meets who types a command for the first time, or types it wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from syncd.cli.completion import SHELLS, VARIABLE
from syncd.cli.main import COMMANDS, SECTIONS, cli


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    ctx = click.Context(group, info_name=path)
    for name in group.list_commands(ctx):
        if path == "syncd demo" and name != "person":
            continue  # the same commands once more, which look for a demo that runs
        command = group.get_command(ctx, name)
        assert command is not None
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")


EVERY = dict(commands(cli, "syncd"))


def test_every_command_stands_in_one_section_of_the_help() -> None:
    listed = [name for names in SECTIONS.values() for name in names]
    missing, unknown = COMMANDS.keys() - set(listed), set(listed) - COMMANDS.keys()
    twice = {name for name in listed if listed.count(name) > 1}
    assert not (missing or unknown or twice), (
        f"each command of COMMANDS stands once in SECTIONS of src/syncd/cli/main.py; missing {missing}, unknown {unknown}, twice {twice}"
    )


@pytest.mark.parametrize("path", EVERY)
def test_every_command_begins_with_a_sentence_and_explains_every_option(path: str) -> None:
    command = EVERY[path]
    assert command.help, path
    first = command.help.partition("\n\n")[0].strip()
    assert first[0].isupper() and first[-1] in ".?" and len(first) < 170, first
    listed = COMMANDS[path.split()[1]][1] if path.count(" ") == 1 else command.get_short_help_str(70)
    assert listed.endswith(".") and not listed.endswith("..."), "cut off where the commands are listed"
    unexplained = [one.opts[-1] for one in command.params if isinstance(one, click.Option) and not one.help]
    assert unexplained == []
    names = {name for one in command.params for name in one.opts}
    assert not {"--top"} & names or {"--limit"} & names or path == "syncd whatif", "the same question has the same name"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("statu", "status"), ("histroy", "history"), ("demo whtif", "whatif"), ("store mov", "move"), ("pln", "plan")],
)
def test_a_mistyped_command_gets_the_nearest_one(typed: str, meant: str) -> None:
    said = CliRunner().invoke(cli, typed.split())
    assert said.exit_code == 2 and f"did you mean '{meant}'?" in said.output
    far = CliRunner().invoke(cli, ["xyzzy"])
    assert far.exit_code == 2 and "did you mean" not in far.output and "--help" in far.output


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_gets_a_script_that_asks_syncd(shell: str) -> None:
    said = CliRunner().invoke(cli, ["completion", shell])
    assert said.exit_code == 0 and f"{VARIABLE}={shell}_complete" in said.output and "syncd" in said.output


def test_what_the_script_asks_is_answered() -> None:
    def asked(words: str, at: int) -> list[str]:
        environment = {**os.environ, VARIABLE: "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(at)}
        done = subprocess.run(
            [sys.executable, "-c", "from syncd.cli.main import main; main()"],
            check=False, capture_output=True, text=True, timeout=60, env=environment,
        )  # fmt: skip
        return [line.partition(",")[2] for line in done.stdout.splitlines()]

    assert asked("syncd st", 1) == ["stale", "status", "store"]
    assert asked("syncd plan --li", 2) == ["--limit"]
    assert asked("syncd --conf", 1) == ["--config"]


def test_a_hold_where_nothing_is_configured_says_what_to_type(tmp_path: Path) -> None:
    said = CliRunner().invoke(cli, ["-c", str(tmp_path / "nowhere"), "hold"])
    assert said.exit_code == 2 and f"syncd --config {tmp_path / 'nowhere'} init" in said.output


def test_the_usual_folder_is_not_named_where_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SYNCD_CONFIG", raising=False)
    said = CliRunner().invoke(cli, ["status"])
    assert said.exit_code == 2 and "type: syncd init" in said.output


def test_a_place_that_cannot_be_written_to_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    said = CliRunner().invoke(cli, ["schema", str(tmp_path / "file" / "schemas")])
    assert said.exit_code == 1 and isinstance(said.exception, SystemExit)
    assert said.output == f"error: {tmp_path / 'file' / 'schemas'}: not a directory\n"


@pytest.mark.parametrize("path", [path for path, one in EVERY.items() if any("--limit" in p.opts for p in one.params)])
def test_no_list_is_shorter_than_nothing(path: str) -> None:
    (option,) = (one for one in EVERY[path].params if "--limit" in one.opts)
    with pytest.raises(click.BadParameter):
        option.type_cast_value(click.Context(EVERY[path]), -1)


def test_what_is_piped_is_utf_8_whatever_the_terminal_speaks() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "syncd", "rules", "rice"],
        check=False, capture_output=True, timeout=60, env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "×" in done.stdout.decode("utf-8")
