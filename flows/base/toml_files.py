"""TOML files parsed once into frozen, typed objects; an error names file and key."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from flows.base.errors import ConfigurationError
from flows.base.suggestions import VERY_NEAR, nearest
from flows.base.toml_places import Loc, place_of

M = TypeVar("M", bound=BaseModel)


class Frozen(BaseModel):
    """Base of all settings: unknown keys are an error, nothing changes after parsing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_toml(path: Path, model: type[M]) -> M:
    """Parse one TOML file into its model.

    Raises ConfigurationError with the file and the key (or line) and what to do.
    """
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except FileNotFoundError:
        raise ConfigurationError(f"{path}: there is no such file.") from None
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path.name}: is not UTF-8 text; save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path.name}: is not valid TOML: {error}.") from None
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise ConfigurationError(_sentences(path.name, model, error, text, document)) from None


def fault_at(loc: Loc, message: str) -> PydanticCustomError:
    """An error for a validator to raise about a place further down than the one it validates.

    ``message`` is put together from names that stand in the file, and may hold braces.
    """
    return PydanticCustomError("value_error", "{text}", {"text": message, "loc": loc})


def _sentences(file: str, model: type[BaseModel], error: ValidationError, text: str, document: dict[str, Any]) -> str:
    faults = error.errors()
    errors = []
    for fault in faults:
        # Of a list, pydantic counts the items without a fault only, and would call one with a faulty item empty.
        if fault["type"] == "too_short" and any(
            other["loc"][:-1][: len(fault["loc"])] == fault["loc"] for other in faults
        ):
            continue
        loc = (*fault["loc"], *fault.get("ctx", {}).get("loc", ()))
        place = place_of(loc, text, document)
        where = f"{file}: {place}: " if place else f"{file}: "
        if fault["type"] == "extra_forbidden":
            hint = _hint(model, loc) or "."
            errors.append(f"{where}there is no such key{hint}")
        elif fault["type"] == "missing":
            errors.append(f"{where}this key is required.")
        else:
            fault_text = fault["msg"].removeprefix("Value error, ")
            errors.append(f"{where}{fault_text}" if fault_text.endswith("?") else f"{where}{fault_text}.")
    return "\n".join(errors)


def _hint(model: type[BaseModel], loc: Loc) -> str:
    """The key of this very table that was probably meant, or the table that has a key of this name."""
    key = str(loc[-1])
    tables = _tables(model)
    around = tuple(part for part in loc[:-1] if isinstance(part, str))
    here = next((keys for path, keys in tables.items() if _is_path(path, around)), set())
    if near := nearest(key, here, VERY_NEAR):
        return f"; did you mean '{near}'?"
    homes = [path for path, keys in tables.items() if key in keys]
    if len(homes) == 1:
        return f"; it belongs under [{'.'.join(homes[0])}]." if homes[0] else f"; [{key}] is a table of its own."
    if near := nearest(key, here):
        return f"; did you mean '{near}'?"
    for path, keys in tables.items():
        if near := nearest(key, keys, VERY_NEAR):
            return f"; did you mean '{near}' under [{'.'.join(path)}]?"
    return ""


ANY_NAME = "NAME"


def _is_path(path: tuple[str, ...], around: tuple[str, ...]) -> bool:
    return len(path) == len(around) and all(part in (ANY_NAME, name) for part, name in zip(path, around, strict=True))


def _tables(model: type[BaseModel], path: tuple[str, ...] = ()) -> dict[tuple[str, ...], set[str]]:
    """The keys of every table of the file, by the path that leads to it; ANY_NAME where the file chooses the name."""
    tables = {path: {field.alias or name for name, field in model.model_fields.items()}}
    for name, field in model.model_fields.items():
        for part, further in _models_in(field.annotation):
            tables |= _tables(part, (*path, field.alias or name, *further))
    return tables


def _models_in(annotation: object) -> list[tuple[type[BaseModel], tuple[str, ...]]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [(annotation, ())]
    further = (ANY_NAME,) if getattr(annotation, "__origin__", None) is dict else ()
    inner = getattr(annotation, "__args__", ())
    return [(model, (*further, *rest)) for part in inner for model, rest in _models_in(part)]
