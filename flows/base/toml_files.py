"""TOML files parsed once into frozen, typed objects; an error names file and key."""

import difflib
import re
import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from flows.base.errors import ConfigurationError

M = TypeVar("M", bound=BaseModel)


class Frozen(BaseModel):
    """Base of all settings: unknown keys are an error, nothing changes after parsing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_toml(path: Path, model: type[M]) -> M:
    """Parse one TOML file into its model.

    Raises ConfigurationError with the file and the key (or line) and what to do.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
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
        raise ConfigurationError(_sentences(path.name, model, error)) from None


def _sentences(file: str, model: type[BaseModel], error: ValidationError) -> str:
    faults = error.errors()
    errors = []
    for fault in faults:
        # Of a list, pydantic counts the items without a fault only, and would call one with a faulty item empty.
        if fault["type"] == "too_short" and any(
            other["loc"][:-1][: len(fault["loc"])] == fault["loc"] for other in faults
        ):
            continue
        place = ".".join(str(part) for part in fault["loc"]) or "(whole file)"
        # [files.diary] may be one table or several; the first is what a single one is.
        place = re.sub(r"^(files\.\w+)\.0\.", r"\1.", place)
        if fault["type"] == "extra_forbidden":
            known = _known_keys(model)
            near = difflib.get_close_matches(str(fault["loc"][-1]), known, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else "."
            errors.append(f"{file}: {place}: there is no such key{hint}")
        elif fault["type"] == "missing":
            errors.append(f"{file}: {place}: this key is required.")
        else:
            errors.append(f"{file}: {place}: {fault['msg'].removeprefix('Value error, ')}.")
    return "\n".join(errors)


def _known_keys(model: type[BaseModel], depth: int = 0) -> set[str]:
    """Every key that appears anywhere in the model, for the 'did you mean' hint."""
    keys: set[str] = set(model.model_fields)
    if depth < 4:
        for field in model.model_fields.values():
            for part in _parts(field.annotation):
                if isinstance(part, type) and issubclass(part, BaseModel):
                    keys |= _known_keys(part, depth + 1)
    return keys


def _parts(annotation: object) -> list[object]:
    inner = getattr(annotation, "__args__", ())
    return [annotation, *(deeper for part in inner for deeper in _parts(part))]
