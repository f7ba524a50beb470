"""Takes entries out of lists of a file, and with the last one the list that was added. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdk_ecs_xray.inject.definition import RawContainer
from cdk_ecs_xray.inject.document import Document
from cdk_ecs_xray.inject.edits import Path
from cdk_ecs_xray.inject.origin import Origin, place_of, usual_empty
from cdk_ecs_xray.inject.taking_out import Cut


def cuts_of_lists(
    document: Document,
    path: Path,
    container: RawContainer,
    taken: Mapping[str, tuple[int, ...]],
    origin: Origin,
) -> Sequence[Cut]:
    """Return what takes entries out of lists, and with the last one what was added for them."""
    emptied = [key for key in taken if len(taken[key]) == len(container[key])]
    cuts = [Cut(path=(*path, key), items=taken[key]) for key in taken if key not in emptied]
    keys = list(container)
    while keys and keys[-1] in emptied and place_of(container, keys[-1]) not in origin:
        # What was added as a key of its own is at the end, in the order of adding.
        keys.pop()
    gone = [key for key in emptied if key not in keys]
    if gone:
        cuts.append(Cut(path=path, keys=tuple(gone)))
    for key in emptied:
        if key in keys:
            text = origin.get(place_of(container, key), usual_empty(document, (*path, key)))
            cuts.append(Cut(path=(*path, key), empty=str(text)))
    return cuts
