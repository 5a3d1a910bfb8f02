"""
Kernels that load the trips of many origins at once onto all their shortest paths.

Origins near each other reach nearly the same nodes, so they are taken in blocks of `LANES`: one
bounded search finds the nodes that any of them reaches, and from then on each node is a row
with a lane for each origin, which the processor works through several at a time. Lanes do not
agree on the order of nodes; so a node is visited again whenever an earlier one has changed, the
earliest first, until nothing changes. What that reaches are exactly the distances of Dijkstra
(1959) and the path counts of Brandes (2001), and on streets takes 1.2 to 2 visits a node. A
block that takes more than `MOST_VISITS` is given up before anything is loaded.

The steps for one block: `find_rows`, `walk_rows` (distances), `find_arcs` (the links that lie
on a shortest path of some lane), `count_rows` (paths), `choose_rows` (trips that end at each
node), `gather_rows` (trips through each node), `load_arcs`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.block_room import LANES, Arcs, Rows, room_for_arcs, room_for_rows
from geo.kernels import kernel
from geo.lanes import (
    above,
    add_lanes,
    copy,
    draw_row,
    fill,
    leads_on,
    renew,
    scale_row,
    share_row,
    start_counts,
    trips_along,
    walk_link,
)
from geo.shortest import Ranks, Room, forget, settle
from geo.trip_task import FAINTEST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.trip_task import Load, Task

FAR = 2**30
"""Distance in lanes that do not reach a node: beyond any cutoff, with room for a link more."""

MOST_PATHS = 1e100
"""With more paths than this to a node, a block is loaded by logarithms instead."""

MOST_VISITS = 16
"""So is a block whose rows take more visits than this, on average. Where lanes agree on no
order, as on a fine grid whose every node is in reach, visits double with every few rows."""


class Block(NamedTuple):
    """
    One block of origins.

    Attributes
    ----------
    origins
        Ranks of the origins, at most `LANES`; lane ``k`` is that of ``origins[k]``.
    homes
        Row of each origin.
    ranks
        Rank of each row, nearest to any origin first, shape (rows,).
    links
        All links between rows.
    back, on
        Links that lie on a shortest path of some lane: from each row towards the origins, and
        away from them.
    rows
        What is known of the rows.
    """

    origins: Ranks
    homes: Ranks
    ranks: Ranks
    links: Arcs
    back: Arcs
    on: Arcs
    rows: Rows


@kernel
def find_rows(task: Task, ranks: Ranks, row_of: Ranks, links: Arcs) -> None:
    """List the links between the nodes that a search has found; `row_of` is -1 elsewhere."""
    slots = task.slots
    for row in range(len(ranks)):
        row_of[ranks[row]] = row
    count = 0
    for row in range(len(ranks)):
        links.starts[row] = count
        rank = ranks[row]
        for slot in range(slots.starts[rank], slots.starts[rank + 1]):
            head = row_of[slots.neighbours[slot]]
            if head >= 0 and slots.ticks[slot] <= task.limit:
                links.heads[count] = head
                links.ticks[count] = slots.ticks[slot]
                links.slots[count] = slot
                count += 1
    links.starts[len(ranks)] = count


@kernel
def forget_rows(ranks: Ranks, row_of: Ranks) -> None:
    """Make `row_of` ready for the next block."""
    for rank in ranks:
        row_of[rank] = -1


@kernel
def find_homes(origins: Ranks, row_of: Ranks, homes: Ranks) -> None:
    """Note the row of each origin."""
    for lane in range(len(origins)):
        homes[lane] = row_of[origins[lane]]


@kernel
def walk_rows(task: Task, block: Block) -> bool:
    """Find the distance of each row in each lane; return whether few enough visits did it."""
    distance, stale, links = block.rows.distance, block.rows.stale, block.links
    rows = len(block.ranks)
    for row in range(rows):
        fill(distance[row], task.limit + 1)  # so nothing beyond the cutoff is shorter
        stale[row] = False
    for lane in range(len(block.homes)):
        distance[block.homes[lane], lane] = 0
        stale[block.homes[lane]] = True
    row, left = 0, MOST_VISITS * rows
    while row < rows and left >= 0:
        following = row + 1
        if stale[row]:
            stale[row] = False
            left -= 1
            near = distance[row]
            for link in range(links.starts[row], links.starts[row + 1]):
                head = links.heads[link]
                if walk_link(near, distance[head], links.ticks[link]):
                    stale[head] = True
                    following = min(following, head)
        row = following
    return left >= 0


@kernel
def mark_far(task: Task, block: Block) -> int:
    """Set the lanes that do not reach a row to `FAR`; return how many do."""
    reached = 0
    for row in range(len(block.ranks)):
        here = block.rows.distance[row]
        for lane in range(len(here)):
            far = here[lane] > task.limit
            reached += 0 if far else 1
            here[lane] = FAR if far else here[lane]
    return reached


@kernel
def find_arcs(block: Block) -> None:
    """List the links that lie on shortest paths."""
    links, back, on, distance = block.links, block.back, block.on, block.rows.distance
    backs = ons = 0
    for row in range(len(block.ranks)):
        back.starts[row], on.starts[row] = backs, ons
        here = distance[row]
        for link in range(links.starts[row], links.starts[row + 1]):
            head, ticks = links.heads[link], links.ticks[link]
            there = distance[head]
            if leads_on(here, there, ticks):
                on.heads[ons], on.ticks[ons], on.slots[ons] = head, ticks, links.slots[link]
                ons += 1
            if leads_on(there, here, ticks):
                back.heads[backs], back.ticks[backs] = head, ticks
                backs += 1
    back.starts[len(block.ranks)], on.starts[len(block.ranks)] = backs, ons


@kernel
def draw_rows(task: Task, block: Block, totals: NDArray[np.float64]) -> None:
    """Set how much each row draws each lane, and the sum over rows."""
    ending = block.rows.ending
    fill(totals, 0.0)
    for row in range(len(block.ranks)):
        destinations = task.destinations[block.ranks[row]]
        if destinations > 0:
            draw_row(task, block.rows.distance[row], destinations, ending[row])
        else:
            fill(ending[row], 0.0)
    if not task.own_node:
        for lane in range(len(block.homes)):
            ending[block.homes[lane], lane] = 0.0
    for row in range(len(block.ranks)):
        drawn = ending[row]
        for lane in range(len(drawn)):
            totals[lane] += drawn[lane]


@kernel
def choose_rows(task: Task, block: Block, load: Load) -> None:
    """Set the trips that end in each row."""
    totals, scales = np.empty(LANES), np.zeros(LANES)
    draw_rows(task, block, totals)
    for lane in range(len(block.origins)):
        origin = block.origins[lane]
        if totals[lane] > FAINTEST:
            weight = task.origins[origin]
            scales[lane] = weight / totals[lane] if task.constrained else weight
        load.sent[origin] += totals[lane] * scales[lane]
        load.stayed[origin] += block.rows.ending[block.homes[lane], lane] * scales[lane]
    for row in range(len(block.ranks)):
        load.arrived[block.ranks[row]] += scale_row(block.rows.ending[row], scales)


@kernel
def longer(visits: Ranks) -> Ranks:
    """Return a copy with twice the room."""
    room = np.empty(2 * len(visits), dtype=np.int32)
    for visit in range(len(visits)):
        room[visit] = visits[visit]
    return room


@kernel
def count_rows(block: Block, visits: Ranks) -> tuple[int, Ranks]:
    """Count the shortest paths to each row; return how many rows were visited, and which."""
    stale, paths, distance = block.rows.stale, block.rows.paths, block.rows.distance
    rows, back, on = len(block.ranks), block.back, block.on
    for row in range(rows):
        stale[row] = True
        fill(paths[row], 0.0)
    counts = np.empty(LANES)
    visit = row = 0
    while row < rows and visit <= MOST_VISITS * rows:
        following = row + 1
        if stale[row]:
            stale[row] = False
            if visit == len(visits):
                visits = longer(visits)
            visits[visit] = row
            visit += 1
            start_counts(distance[row], counts)
            for link in range(back.starts[row], back.starts[row + 1]):
                head = back.heads[link]
                add_lanes(counts, paths[head], distance[head], distance[row], back.ticks[link])
            if renew(paths[row], counts):
                for link in range(on.starts[row], on.starts[row + 1]):
                    stale[on.heads[link]] = True
                    following = min(following, on.heads[link])
        row = following
    return visit, visits


@kernel
def too_many(block: Block) -> bool:
    """Return whether the paths to some row are too many to divide by."""
    most = np.int32(0)
    for row in range(len(block.ranks)):
        most |= above(block.rows.paths[row], MOST_PATHS)
    return bool(most)


@kernel
def gather_rows(block: Block, visits: Ranks) -> None:
    """
    Find the trips through each row, by visiting rows in the opposite order of counting.

    Counting visited the end of each link of each lane after it had settled its start, so going
    back settles the start after the end.
    """
    on, distance, passing = block.on, block.rows.distance, block.rows.passing
    for row in range(len(block.ranks)):
        share_row(block.rows.ending[row], block.rows.paths[row])
        fill(passing[row], 0.0)
    sums = np.empty(LANES)
    for visit in range(len(visits) - 1, -1, -1):
        row = visits[visit]
        here = distance[row]
        copy(block.rows.ending[row], sums)
        for link in range(on.starts[row], on.starts[row + 1]):
            head = on.heads[link]
            add_lanes(sums, passing[head], here, distance[head], on.ticks[link])
        copy(sums, passing[row])


@kernel
def load_arcs(block: Block, load: Load) -> None:
    """Add the trips along each link."""
    on, rows = block.on, block.rows
    for row in range(len(block.ranks)):
        near, paths = rows.distance[row], rows.paths[row]
        for link in range(on.starts[row], on.starts[row + 1]):
            head = on.heads[link]
            load.flow[on.slots[link]] += trips_along(
                paths, rows.passing[head], near, rows.distance[head], on.ticks[link]
            )


@kernel
def count_links(task: Task, ranks: Ranks) -> int:
    """Return how many links may lie between the nodes that a search has found."""
    count = 0
    for rank in ranks:
        count += task.slots.starts[rank + 1] - task.slots.starts[rank]
    return count


@kernel
def load_block(task: Task, block: Block, visits: Ranks, load: Load) -> tuple[int, Ranks]:
    """Load a block with known links; return the nodes reached, -1 if none is loaded."""
    if not walk_rows(task, block):
        return -1, visits
    reached = mark_far(task, block)
    find_arcs(block)
    visited, visits = count_rows(block, visits)
    if visited > MOST_VISITS * len(block.ranks) or too_many(block):
        return -1, visits
    choose_rows(task, block, load)
    gather_rows(block, visits[:visited])
    load_arcs(block, load)
    return reached, visits


@kernel
def load_blocks(
    task: Task, room: Room, sources: Ranks, load: Load, overflowing: NDArray[np.bool_]
) -> int:
    """
    Load the trips of some origins onto all their shortest paths.

    Parameters
    ----------
    task
        The trips.
    room
        Room to search in, for `LANES` sources at once.
    sources
        Ranks of the origins, ascending.
    load
        What to add to.
    overflowing
        Shape (sources,), all False; set where a block has more paths than can be counted, or
        its lanes agree on no order of nodes, and
        `geo.detours.load_detours` is to load the origin instead.

    Returns
    -------
    reached
        How many nodes lie within the cutoff, summed over the origins loaded.
    """
    row_of = np.full(len(room.distance), -1, dtype=np.int32)
    offsets = np.zeros(LANES, dtype=np.int32)
    homes = np.empty(LANES, dtype=np.int32)
    visits = np.empty(LANES, dtype=np.int32)
    rows, links, back, on = (
        room_for_rows(0),
        room_for_arcs(0, 0),
        room_for_arcs(0, 0),
        room_for_arcs(0, 0),
    )
    reached = 0
    for first in range(0, len(sources), LANES):
        origins = sources[first : first + LANES]
        count = settle(task.slots, origins, offsets[: len(origins)], task.limit, room)
        ranks = room.settled[:count]
        most = count_links(task, ranks)
        if count > len(rows.stale) or most > len(links.heads):
            more, room_links = count + count // 4, most + most // 4
            rows = room_for_rows(more)
            links = room_for_arcs(more, room_links)
            back = room_for_arcs(more, room_links)
            on = room_for_arcs(more, room_links)
        find_rows(task, ranks, row_of, links)
        find_homes(origins, row_of, homes)
        forget_rows(ranks, row_of)
        block = Block(origins, homes[: len(origins)], ranks, links, back, on, rows)
        found, visits = load_block(task, block, visits, load)
        forget(room, count)
        reached += max(found, 0)
        for k in range(first, first + len(origins)):
            overflowing[k] = found < 0
    return reached
