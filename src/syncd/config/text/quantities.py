"""The small values that people write in the files: durations, shares, dates, formulas, capacities.

Each type refuses with a whole sentence. The sentence starts after the key's name: "must …".
"""

from __future__ import annotations

import math
import re
from datetime import date, timedelta
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr
from pydantic_core import PydanticCustomError


class Text(BaseModel):
    """The base of every model of a file: unknown keys are refused, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


_UNITS: Final = {
    **dict.fromkeys(("second", "seconds", "sec", "s"), 1),
    **dict.fromkeys(("minute", "minutes", "min"), 60),
    **dict.fromkeys(("hour", "hours", "h"), 3600),
    **dict.fromkeys(("day", "days", "d"), 86400),
    **dict.fromkeys(("week", "weeks"), 604800),
}
_DURATION: Final = r"^[0-9]+(\.[0-9]+)? *(seconds?|sec|s|minutes?|min|hours?|h|days?|d|weeks?)$"
_SHARE: Final = r"^[0-9]+(\.[0-9]+)? *%$"
_CAPACITY: Final = r"^[0-9]+(\.[0-9]+)? +(effort|items)$"
_DAY: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_LONGEST: Final = timedelta(days=3650)


def must(sentence: str, hint: str = "") -> PydanticCustomError:
    """A refusal that `sentences` passes on word for word, after the name of the key."""
    return PydanticCustomError("syncd", "{sentence}", {"sentence": sentence, "hint": hint})


def shown(value: object) -> str:
    """A value as a message names it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f"'{value[:60]}…'" if len(value) > 60 else f"'{value}'"
    return "a list" if isinstance(value, list | tuple) else "a block of keys"


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise must(f"must be a duration, and {value} has no unit", f"write '{value} seconds', or minutes, hours, days")
    if not isinstance(value, str) or not re.match(_DURATION, value.strip(), re.IGNORECASE):
        raise must(f"must be a duration, not {shown(value)}", "write '30 seconds', '5 minutes', '1 hour' or '2 days'")
    number, unit = re.findall(r"[0-9.]+|[a-z]+", value.casefold())
    seconds = float(number) * _UNITS[unit]
    if not 1 <= seconds <= _LONGEST.total_seconds():
        raise must(f"must be at least a second and at most ten years, not {shown(value)}")
    return timedelta(seconds=seconds)


def _share(value: object) -> float:
    share = None
    if isinstance(value, str) and re.match(_SHARE, value.strip()):
        share = float(value.strip().removesuffix("%")) / 100
    elif isinstance(value, int | float) and not isinstance(value, bool):
        share = float(value)
    if share is None:
        raise must(f"must be a percentage, not {shown(value)}", "write '30 %'")
    if not 0 <= share <= 1:
        hint = f"write '{value} %'" if isinstance(value, int | float) and 1 < value <= 100 else "write '30 %'"
        raise must(f"must be between 0 % and 100 %, not {shown(value)}", hint)
    return share


def _day(value: object) -> date:
    if isinstance(value, date):
        return value
    if isinstance(value, str) and re.match(_DAY, value):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise must(f"must be a day of the calendar: {error} in {value}") from None
    raise must(f"must be a date, not {shown(value)}", "write year-month-day, such as 2026-10-01")


def _formula(value: object) -> str:
    """An expression; a bare number is one, too."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not math.isfinite(value):
            raise must("must be a finite number")
        return format(value, ".15g") if isinstance(value, float) else str(value)
    raise must(f"must be a number or an expression, not {shown(value)}", 'write 10, or "3 * votes"')


def _capacity(value: object) -> tuple[float, str]:
    if isinstance(value, tuple):
        return value
    if isinstance(value, str) and re.match(_CAPACITY, value.strip()):
        number, unit = value.split()
        return float(number), unit
    hint = "write '40 effort' (the sum of the fact effort) or '12 items'"
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise must(
            f"must say of what there are {value}",
            f"write '{value} effort' (the sum of the fact effort) or '{value} items'",
        )
    raise must(f"must be a number and a unit, not {shown(value)}", hint)


def _capacities(value: object) -> tuple[float, str] | dict[str, tuple[float, str]]:
    """One for all, or one for each team."""
    if not isinstance(value, dict):
        return _capacity(value)
    if not value:
        raise must("names no team", "write `{payments: 40 effort, web: 25 items}`")
    return {str(team): _capacity(amount) for team, amount in value.items()}


def unquoted(value: object) -> str:
    """How to write a number that was written as text: `0.8` for "0.8", 0,8 and 80 % … with what stands after it; else nothing."""
    found = re.fullmatch(r"\s*([-+]?[0-9]+)(?:([.,])([0-9]+))?\s*(%?)\s*", value) if isinstance(value, str) else None
    if found is None:
        return ""
    number = f"{found[1]}.{found[3]}" if found[3] else found[1]
    how = "with a dot" if found[2] == "," else "without the percent sign" if found[4] else "without quotes"
    return f"write it {how}: {number}"


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise must(f"must be a number, not {shown(value)}", unquoted(value))
    if not math.isfinite(value):
        raise must("must be a finite number")
    return float(value)


Flag = StrictBool
Whole = StrictInt
Name = Annotated[StrictStr, Field(min_length=1, max_length=200)]
Number = Annotated[float, BeforeValidator(_number, json_schema_input_type=float)]
Duration = Annotated[
    timedelta,
    BeforeValidator(_duration, json_schema_input_type=Annotated[str, Field(pattern=_DURATION, examples=["5 minutes"])]),
]
Share = Annotated[
    float,
    BeforeValidator(
        _share,
        json_schema_input_type=Annotated[str, Field(pattern=_SHARE, examples=["30 %"])]
        | Annotated[float, Field(ge=0, le=1)],
    ),
]
Day = Annotated[
    date,
    BeforeValidator(_day, json_schema_input_type=Annotated[str, Field(pattern=_DAY, examples=["2026-10-01"])]),
]
Formula = Annotated[str, BeforeValidator(_formula, json_schema_input_type=str | float)]
_WRITTEN_CAPACITY = Annotated[str, Field(pattern=_CAPACITY, examples=["40 effort", "12 items"])]
Capacities = Annotated[
    tuple[float, str] | dict[str, tuple[float, str]],
    BeforeValidator(_capacities, json_schema_input_type=_WRITTEN_CAPACITY | dict[str, _WRITTEN_CAPACITY]),
]
"""One capacity, or one for each team."""
Condition = Annotated[StrictStr, Field(min_length=1)]
"""An expression that is true or false."""
