"""How the daemon runs: the environment over the file over the defaults, and where each value came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from syncd.config.reading.yaml import scalar
from syncd.config.text.syncd import DaemonText

PREFIX: Final = "SYNCD_"


class Settings(DaemonText, BaseSettings):
    """The settings of one process. Build it with `settings`, which reads nothing but its arguments."""

    model_config = SettingsConfigDict(env_prefix=PREFIX)


class _From(PydanticBaseSettingsSource):
    """Values that were read already."""

    def __init__(self, cls: type[BaseSettings], values: Mapping[str, Any]) -> None:
        super().__init__(cls)
        self._values = values

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self._values.get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        return dict(self._values)


def variable(*path: str) -> str:
    """SYNCD_POLL for poll, SYNCD_HEARTBEAT_URL for the url of heartbeat."""
    return PREFIX + "_".join(path).upper()


def leaves(model: type[BaseModel] = DaemonText, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every single value: what a variable can set, in the order of the model. Lists are files' alone."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from leaves(kind, (*above, name))
        elif get_origin(kind) is not tuple and not any(_is_model(one) for one in get_args(kind)):
            yield (*above, name)


def _is_model(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def from_environment(environ: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """The settings that the environment gives, by path; an empty variable gives nothing."""
    return {path: text for path in leaves() if (text := environ.get(variable(*path), ""))}


def settings(file: Mapping[str, Any], environ: Mapping[str, str]) -> Settings:
    """The environment wins over the file. Raises pydantic's ValidationError."""
    given: dict[str, Any] = {}
    for path, text in from_environment(environ).items():
        block = given
        for step in path[:-1]:
            block = block.setdefault(step, {})
        # A file's flags and numbers are never texts, a variable's always are.
        block[path[-1]] = scalar(text) if len(path) > 1 else text

    class Read(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return _From(settings_cls, given), _From(settings_cls, file)

    return Read()
