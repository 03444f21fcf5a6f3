"""What a file may hold at a path, by the pydantic models of its language."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def keys_of(model: type[BaseModel]) -> list[str]:
    """List the keys of a model as they stand in a file."""
    return [field.alias or name for name, field in model.model_fields.items()]


def models_at(root: type[BaseModel], path: Sequence[str | int]) -> list[type[BaseModel]]:
    """List the models that may stand at a path (keys, and places in lists) below ``root``."""
    found: list[Any] = [root]
    for step in path:
        found = [inner for annotation in found for inner in _step(annotation, step)]
    parts = [part for annotation in found for part in _unions(annotation)]
    return [part for part in dict.fromkeys(parts) if _is_model(part)]


def _unions(annotation: Any) -> Iterator[Any]:
    """Take annotations apart that only say "one of these"."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _unions(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for part in get_args(annotation):
            yield from _unions(part)
    else:
        yield annotation


def _step(annotation: Any, step: str | int) -> Iterator[Any]:
    for part in _unions(annotation):
        if get_origin(part) is list and isinstance(step, int):
            yield get_args(part)[0]
        elif get_origin(part) is dict and isinstance(step, str):
            yield get_args(part)[1]
        elif _is_model(part):
            for name, field in part.model_fields.items():
                if (field.alias or name) == step:
                    yield field.annotation


def _is_model(part: Any) -> bool:
    return isinstance(part, type) and issubclass(part, BaseModel)
