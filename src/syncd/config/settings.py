"""How the daemon runs: the environment over the file over the defaults, and where each value came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

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


def variable(field: str) -> str:
    """SYNCD_POLL for poll."""
    return f"{PREFIX}{field.upper()}"


def from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The settings that the environment gives; an empty variable gives nothing."""
    return {name: text for name in DaemonText.model_fields if (text := environ.get(variable(name), ""))}


def settings(file: Mapping[str, Any], environ: Mapping[str, str]) -> Settings:
    """The environment wins over the file. Raises pydantic's ValidationError."""

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
            return _From(settings_cls, from_environment(environ)), _From(settings_cls, file)

    return Read()
