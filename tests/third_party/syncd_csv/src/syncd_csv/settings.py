"""What people write under `sources: NAME:` for a CSV file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

FIXED = ("id", "title", "state", "labels", "created", "updated")


class CsvSettings(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    file: Annotated[Path, Field(strict=False)] = Field(description="The CSV file, with a header line.")
    numbers: Annotated[frozenset[str], Field(strict=False)] = Field(
        default=frozenset({"Score", "Rank"}), description="The columns that hold numbers."
    )

    @property
    def fixed(self) -> frozenset[str]:
        return frozenset(FIXED)
