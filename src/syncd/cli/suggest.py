"""Groups of commands that know what somebody meant who mistyped one."""

from __future__ import annotations

import click

from syncd.core.expressions.guess import did_you_mean


class Suggesting(click.Group):
    """An unknown command ends with the nearest one there is."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        word = click.utils.make_str(args[0])
        if ctx.resilient_parsing or word.startswith("-") or self.get_command(ctx, word) is not None:
            return super().resolve_command(ctx, args)
        raise click.UsageError(
            f"there is no command {word!r}{did_you_mean(word, self.list_commands(ctx))}; "
            f"see them all with `{ctx.command_path} --help`",
            ctx,
        )
