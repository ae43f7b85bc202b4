"""The nearest screen region in a direction. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from textual.geometry import Region

Direction = Literal["up", "down", "left", "right"]


def neighbour(regions: Sequence[Region], current: int, direction: Direction) -> int | None:
    """Return the index of the nearest region in the direction, or None.

    Up and down prefer regions in the same column; left and right leave the column, to the region closest in
    height.
    """
    here = regions[current]
    ahead = [index for index, region in enumerate(regions) if index != current and _lies(here, region, direction)]
    return min(ahead, key=lambda index: _cost(here, regions[index], direction), default=None)


def _lies(here: Region, there: Region, direction: Direction) -> bool:
    match direction:
        case "down":
            return there.y >= here.bottom
        case "up":
            return there.bottom <= here.y
        case "right":
            return there.x >= here.right
        case "left":
            return there.right <= here.x


def _cost(here: Region, there: Region, direction: Direction) -> tuple[int, int]:
    across = max(0, there.x - here.right + 1, here.x - there.right + 1)
    along = abs(there.y - here.y)
    if direction in ("left", "right"):
        return along, across
    return (0 if across == 0 else 1) * 1000 + along, across
