"""`syncd schema DIR`: write the JSON Schemas of the configuration files, for editors.

\b
  syncd schema .schemas      for the first line of a file: # yaml-language-server: $schema=…
"""

from __future__ import annotations

from pathlib import Path

import click

from syncd.cli.help import help_of
from syncd.config.authoring.schema import write_schemas
from syncd.connector.registry import connectors


@click.command("schema", help=help_of(__doc__))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def command(folder: Path) -> None:
    for path in write_schemas(folder, connectors()):
        click.echo(str(path))
