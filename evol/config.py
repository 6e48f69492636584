"""A run's configuration: a YAML recipe, overridden by flags, resolved into one frozen record.

Parsed by pydantic because a person writes it; an unknown key is an error that names the nearest.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evol.errors import ConfigError, nearest
from evol.rows import Format

Positive = Annotated[int, Field(gt=0)]
Dollars = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Prices(BaseModel):
    """What the teacher costs, in dollars for a million tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: Dollars = 0.0
    completion: Dollars = 0.0


class SamplingOverrides(BaseModel):
    """How the teacher samples, where it is not to be as the pack says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    max_tokens: Positive | None = None


class RunConfig(BaseModel):
    """Everything `evol run` can be told. What is None is decided by the pack or the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    domain: str
    seeds: str | None = None
    map: dict[str, str] = Field(default_factory=dict)
    teacher: str | None = None
    generations: Annotated[int, Field(ge=0, le=100)] | None = None
    concurrency: Annotated[int, Field(gt=0, le=4096)] = 64
    timeout: Annotated[float, Field(gt=0)] = 120.0
    limit: Positive | None = None
    seed: int = 0
    out: Path | None = None
    size: Positive | None = None
    format: Format = "prompt-completion"
    max_calls: Positive | None = None
    max_tokens: Positive | None = None
    max_cost: Dollars | None = None
    prices: Prices | None = None
    sampling: SamplingOverrides = SamplingOverrides()
    settings: dict[str, Any] = Field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The run's folder: `--out`, or runs/DOMAIN."""
        return self.out or Path("runs") / Path(self.domain).name


TABLES: Final[dict[str, type[BaseModel]]] = {"sampling": SamplingOverrides, "prices": Prices}


def read_recipe(path: Path) -> dict[str, Any]:
    """Return a recipe's keys. Raises ConfigError where the file is missing or is not a YAML mapping."""
    import yaml

    try:
        recipe = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"Cannot read the recipe {path}: {getattr(error, 'strerror', None) or error}."
        ) from error
    except yaml.YAMLError as error:
        raise ConfigError(f"The recipe {path} is not YAML: {' '.join(str(error).split())}.") from error
    if not isinstance(recipe, dict):
        raise ConfigError(f"The recipe {path} must be a YAML mapping of keys to values.")
    return recipe


def resolve(recipe: Mapping[str, Any], flags: Mapping[str, Any]) -> RunConfig:
    """Return the configuration that a recipe and the flags that were given make.

    Raises ConfigError, one sentence, for an unknown key or a value that will not do.
    """
    given = {key: value for key, value in flags.items() if value not in (None, {})}
    if "settings" in given and isinstance(recipe.get("settings"), Mapping):
        given["settings"] = {**recipe["settings"], **given["settings"]}
    try:
        return RunConfig.model_validate({**recipe, **given})
    except ValidationError as error:
        raise ConfigError(_sentence(error)) from error


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        table = TABLES[str(first["loc"][0])] if len(first["loc"]) > 1 else RunConfig
        known = list(table.model_fields)
        near = nearest(str(first["loc"][-1]), known)
        return f"Unknown configuration key {key!r}.{near} Known keys: {', '.join(known)}."
    if first["type"] == "missing":
        return f"Nothing says the {key}: give --{key} (see `evol domains list`)."
    return f"The configuration key {key!r} will not do: {first['msg']} (it is {first['input']!r})."
