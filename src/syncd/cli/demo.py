"""`syncd demo`: the whole job on a local Jira and a local GitHub, from the first pull to people who change their minds.

\b
  syncd demo                 plays until Ctrl-C, with a page to look at
  syncd demo person vote     in a second terminal: be a user
  syncd demo --once          once through all of it, and end
"""

from __future__ import annotations

import importlib
import json
import os
import shlex
import shutil
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from syncd.cli.demo_story import Story, measures
from syncd.cli.exits import Exit, Failure
from syncd.cli.help import help_of
from syncd.cli.main import COMMANDS
from syncd.cli.render.progress import Screen
from syncd.cli.session import clock, opened
from syncd.cli.suggest import Suggesting
from syncd.config.load import load
from syncd.connector.registry import connectors
from syncd.demo import past
from syncd.demo import site as sites
from syncd.demo.desk import DeedError
from syncd.demo.person import DEEDS
from syncd.demo.site import FOLDER, Site, SiteError
from syncd.engine.cycle import Cycle
from syncd.engine.permits.letters import box_of
from syncd.engine.service import daemon
from syncd.engine.service.reload import Reload
from syncd.engine.stop import Stopped
from syncd.engine.world import World

PORT = 8765
LOOKING = (
    "backlog", "explain", "okrs", "releases", "whatif", "test", "stale", "voices", "plan", "approve", "history", "undo",
    "hold", "resume", "pins", "release", "status", "check", "doctor",
)  # fmt: skip
"""Commands that `syncd demo NAME` runs against the running demo."""


class DemoCommands(Suggesting):
    """Subcommands of its own, and those of syncd that look at a running demo."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return ["person", *LOOKING]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in LOOKING:
            return super().get_command(ctx, cmd_name)
        _visit(ctx)
        command = importlib.import_module(COMMANDS[cmd_name][0]).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("In a second terminal"):
            formatter.write_dl(
                [
                    ("person DEED [KEY]", "Play a person: " + ", ".join(DEEDS)),
                    *((name, COMMANDS[name][1]) for name in LOOKING),
                ]
            )


def _files(kind: str) -> click.Option:
    return click.Option(
        [f"--{kind}", f"{kind}_files"], type=click.Path(exists=True, dir_okay=False, path_type=Path), multiple=True, metavar="FILE",
        help=f"Real {kind} issues (.jsonl or .jsonl.gz in the REST shape) instead of the demo's own.",
    )  # fmt: skip


@click.group(
    "demo",
    cls=DemoCommands,
    invoke_without_command=True,
    help=help_of(__doc__),
    params=[_files("jira"), _files("github")],
)
@click.option("--once", is_flag=True, help="Pull, decide, apply, pull again, and end.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object as the last line; with --once.")
@click.option("--fresh", is_flag=True, help="Begin anew instead of going on where the last demo was.")
@click.option("--poll", default="5 seconds", show_default=True, help="How often the sources are asked.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=FOLDER, show_default=True, help="Where its state lives.")  # fmt: skip
@click.pass_context
def command(
    ctx: click.Context, jira_files: tuple[Path, ...], github_files: tuple[Path, ...], once: bool, as_json: bool,
    fresh: bool, poll: str, folder: Path,
) -> None:  # fmt: skip
    ctx.ensure_object(Path)
    ctx.meta["syncd.demo.folder"] = folder
    if ctx.invoked_subcommand is not None:
        return
    if as_json and not once:
        raise Failure("--json goes with --once: syncd demo --once --json", Exit.USAGE)
    story = Story(quiet=as_json)
    named = ctx.find_root().get_parameter_source("config") is not click.core.ParameterSource.DEFAULT
    config = chosen_config(ctx.obj, named=named)
    began = time.monotonic()
    try:
        story.opening(folder)
        with sites.start(folder, jira=jira_files, github=github_files, fresh=fresh, today=clock().date()) as site:
            if fresh:
                _forget(site)
            _play(site, config, story, _program(folder), once=once, poll=poll, as_json=as_json, began=began)
    except SiteError as error:
        raise Failure(str(error)) from None


@command.command("person", help="Play a person who works in the running demo's trackers.")
@click.argument("deed", type=click.Choice(list(DEEDS)))
@click.argument("key", required=False)
@click.pass_context
def person(ctx: click.Context, deed: str, key: str | None) -> None:
    try:
        click.echo("you " + sites.find(ctx.meta["syncd.demo.folder"]).person().deed(deed, key))
    except (SiteError, DeedError) as error:
        raise Failure(str(error)) from None


def _play(
    site: Site, config: Path, story: Story, program: str, *, once: bool, poll: str, as_json: bool, began: float
) -> None:
    environ = environment(site.environment, site.state, poll) | ({} if once else _listen())
    folder = site.overlay(config)
    with (
        Screen(story.console, quiet=as_json) as screen,
        opened(folder, write=True, watch=screen, environ=environ) as world,
        daemon.stopping_on_signals(world.stop),
        _page(world, once=once) as page,
    ):
        story.began(site, world, page)
        try:
            if not once:
                Cycle(world).pull()
                past.remember(world)
            first, second = story.once(world)
            if once:
                if as_json:
                    click.echo(json.dumps(measures(world, first, second, time.monotonic() - began), ensure_ascii=False))
                if not second.quiet:
                    raise SystemExit(Exit.FAILED)
                return
            story.invite(second, program, folder)
            _stay(world, story, folder, environ)
        except Stopped:
            pass
    story.ended()


def _stay(world: World, story: Story, folder: Path, environ: Mapping[str, str]) -> None:
    """The daemon, which takes what somebody changes in the demo's own configuration."""
    from syncd.engine.service.watching import watching  # what --once does without

    reload = Reload(world, lambda: load(folder, environ, connectors()))
    reload.taken, reload.refused = story.taken, story.refused
    with watching(lambda: world.loaded.files, reload.ask):
        daemon.run(world, box_of(world.store), approve=story.approve, told=story.told, reload=reload)


def _program(folder: Path) -> str:
    """What somebody types in a second terminal to reach this very demo."""
    found = shutil.which("syncd")
    program = "syncd" if found is not None and Path(found).resolve() == Path(sys.argv[0]).resolve() else sys.argv[0]
    return f"{program} demo" if folder == FOLDER else f"{program} demo --folder {shlex.quote(str(folder))}"


def environment(addresses: dict[str, str], state: Path, poll: str) -> dict[str, str]:
    store = {"SYNCD_STORE": f"sqlite:///{state.absolute() / 'syncd.db'}", "SYNCD_POLL": poll}
    return {**os.environ, **addresses, **store}


def _listen() -> dict[str, str]:
    """The same address every time, so that a bookmark lasts; another one where a second demo has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError:
            return {"SYNCD_LISTEN": "127.0.0.1:0"}
    return {"SYNCD_LISTEN": f"127.0.0.1:{PORT}"}


@contextmanager
def _page(world: World, *, once: bool) -> Iterator[str | None]:
    """The address of the page; None with --once, which ends too soon to look at it."""
    if once:
        yield None
        return
    from syncd.web.server import serving  # half a second that --once does without

    with serving(world, open_to_all=True) as page:
        yield page


def _forget(site: Site) -> None:
    for path in site.state.glob("syncd.db*"):
        path.unlink()


def chosen_config(given: Path, *, named: bool) -> Path:
    """The configuration that was named, else the one of the project, else the one that was installed with syncd. One that
    asks for other trackers than the demo's is left alone: who just typed `syncd init` wants to see the demo, too."""
    installed = Path(sys.modules["syncd.demo"].__file__ or "").parent / "config"
    project = Path(sys.modules["syncd"].__file__ or "").parents[2] / "config"
    for folder, meant in ((given, named), (project, True), (installed, True)):
        file = folder / "syncd.yaml"
        if file.is_file() and (meant or "DEMO_" in file.read_text(encoding="utf-8", errors="replace")):
            return folder
    return given


def _visit(ctx: click.Context) -> None:
    """Points a looking command at the demo that runs in another terminal."""
    folder: Path = ctx.params.get("folder") or FOLDER
    try:
        addresses = sites.find(folder)
    except SiteError as error:
        raise Failure(str(error)) from None
    state = addresses.state
    os.environ.update(environment(addresses.environment, state, "5 seconds"))
    ctx.obj = state / "config"
