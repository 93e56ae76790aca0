"""A configuration folder to write mistakes into, and two small connectors that it can name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Annotated

from pydantic import (
    BaseModel,
    ConfigDict,
    SecretStr,
    StringConstraints,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from syncd.config.load import Loaded, load
from syncd.config.reading.faults import ConfigError, Fault
from syncd.connector.protocol import Connector, Spec, Wiring


class PaperSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    url: str
    token: SecretStr
    projects: tuple[str, ...]
    pages: int = 10

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value.startswith("http"):
            raise ValueError("write the address with https://")
        return value


class KeyRing(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: int
    key: SecretStr


class BoardSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    pat: SecretStr | None = None
    app: KeyRing | None = None
    pin: Annotated[
        str, StringConstraints(pattern="^[0-9]+$"), WithJsonSchema({"type": "string", "writeOnly": True})
    ] = "0"
    """A secret of a stranger's making."""

    @model_validator(mode="after")
    def _one(self) -> BoardSettings:
        if (self.pat is None) == (self.app is None):
            raise ValueError("give exactly one of pat and app")
        return self


def _build(settings: BaseModel, wiring: Wiring) -> Connector:
    raise AssertionError("loading a configuration builds no connector")


def _check(settings: BaseModel, wiring: Wiring) -> Sequence[str]:
    return [f"the field {name!r} is the tool's own" for name in sorted(wiring.write_fields) if name == "Sprint"]


def _no_spaces(label: str) -> str | None:
    return "labels hold no spaces." if " " in label else None


def _any(label: str) -> str | None:
    return None


CONNECTORS = {
    "paper": Spec("paper", PaperSettings, _build, _check, _no_spaces, (r"(?P<key>[A-Z]+-\d+)",), authors=True),
    "board": Spec("board", BoardSettings, _build, _check, _any, (r"(?P<scope>\w+/\w+)#(?P<number>\d+)",)),
}

PAPER = """\
sources:
  acme:
    kind: paper
    url: https://paper.example
    token: {env: ACME_TOKEN}
    projects: [PAY]
"""
SCORE = "score: {framework: value_effort}\n"
FACTS = "facts: {value: {acme: Value}, effort: {acme: Points}}\n"


@dataclass
class Folder:
    path: Path
    environ: Mapping[str, str] = field(default_factory=lambda: {"ACME_TOKEN": "sesame", "BOARD_PAT": "sesame"})
    connectors: Mapping[str, Spec] = field(default_factory=lambda: CONNECTORS)

    def write(self, *, syncd: str | None = PAPER, okrs: str | None = None, scoring: str | None = None) -> Folder:
        for name, text in (("syncd", syncd), ("okrs", okrs), ("scoring", scoring)):
            if text is not None:
                (self.path / f"{name}.yaml").write_text(dedent(text), encoding="utf-8")
        return self

    def load(self) -> Loaded:
        return load(self.path, self.environ, self.connectors)

    def faults(self) -> tuple[Fault, ...]:
        return self.error().faults

    def error(self) -> ConfigError:
        try:
            self.load()
        except ConfigError as error:
            return error
        raise AssertionError("this configuration was expected to be refused")

    def places(self) -> list[str]:
        """`scoring.yaml:3:7 message`, in reading order."""
        return [f"{fault.place.rpartition('/')[2]} {fault.message}" for fault in self.faults()]
