"""Lines between junctions: ways cut at their junctions, and joined where nothing meets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Marks = NDArray[np.bool_]


@dataclass(frozen=True)
class Chains:
    """
    Lines from junction to junction, each made of pieces of ways.

    Attributes
    ----------
    starts
        Chain ``c`` is made of the pieces ``starts[c]:starts[c + 1]``; shape (chains + 1,).
    first, last
        Positions in the nodes of ways where each piece begins and ends, in the direction of its
        chain: where ``first`` is greater, the way is drawn against it; shape (pieces,).
    """

    starts: Ints
    first: Ints
    last: Ints


@dataclass(frozen=True)
class _Pieces:
    """
    Stretches of ways between two cuts, with the two darts that run along each.

    Dart ``p`` runs along piece ``p`` as drawn, dart ``p + pieces`` the other way; `tails` and
    `heads` hold the nodes that darts leave and reach, `seconds` the node after the tail.
    """

    first: Ints
    last: Ints
    tails: Ints
    heads: Ints
    seconds: Ints

    def reverse(self, darts: Ints) -> Ints:
        """Return the darts that run the other way."""
        turned: Ints = (darts + len(self.first)) % (2 * len(self.first))
        return turned


def find_chains(nodes: Ints, joined: Marks, labels: Ints, *, drop_rings: bool) -> Chains:
    """
    Find the lines between junctions.

    Parameters
    ----------
    nodes
        The node at each position of all ways, numbered from 0 in a settled order.
    joined
        Whether a position and the one after it are joined; the last is not.
    labels
        A number of the way at each position, to settle the order of equal chains.
    drop_rings
        Whether to leave out rings that touch nothing else; else each is cut at its node of the
        lowest number.

    Returns
    -------
    chains
        In the order of their end nodes. Every joined pair of positions is in one chain once,
        but for rings left out.

    Notes
    -----
    A node is passed through where two stretches to different nodes meet and nothing else does.
    Pieces are followed to the end of their chain by pointer jumping (J. C. Wyllie, The
    Complexity of Parallel Computations, 1979): in rounds as many as the logarithm of the pieces
    in the longest chain, each of them array operations.
    """
    ends = _ends(nodes, joined)
    pieces = _cut(nodes, joined, ends)
    jump, hops, follows = _follow(pieces, ends)
    rings = np.flatnonzero(~ends[pieces.heads[jump]])
    if len(rings) and not drop_rings:
        ends[_lowest(nodes, pieces, rings, follows)] = True
        pieces = _cut(nodes, joined, ends)
        jump, hops, follows = _follow(pieces, ends)
    return _gather(pieces, jump, hops, ends, labels)


def _ends(nodes: Ints, joined: Marks) -> Marks:
    """Mark the nodes where lines end: all that are not passed through."""
    at = np.flatnonzero(joined)
    here, there = nodes[at], nodes[at + 1]
    count = int(nodes.max()) + 1 if len(nodes) else 0
    degree = np.bincount(here, minlength=count) + np.bincount(there, minlength=count)
    other = np.zeros(count, dtype=np.int64)
    other[here], other[there] = there, here
    differ = np.zeros(count, dtype=bool)  # a neighbour that is not the one written last
    differ[here[other[here] != there]] = True
    differ[there[other[there] != here]] = True
    passed = (degree == 2) & differ  # noqa: PLR2004 - two stretches
    ends: Marks = (degree > 0) & ~passed
    return ends


def _cut(nodes: Ints, joined: Marks, ends: Marks) -> _Pieces:
    """Cut ways at line ends and where they are not joined."""
    at = np.flatnonzero(joined)
    begins = np.ones(len(at), dtype=bool)
    begins[1:] = ~joined[at[1:] - 1] | ends[nodes[at[1:]]]
    first = at[begins]
    last = np.append(at[np.flatnonzero(begins)[1:] - 1], at[-1:]) + 1
    tails = np.concatenate([nodes[first], nodes[last]])
    heads = np.concatenate([nodes[last], nodes[first]])
    seconds = np.concatenate([nodes[first + 1], nodes[last - 1]])
    return _Pieces(first, last, tails, heads, seconds)


def _follow(pieces: _Pieces, ends: Marks) -> tuple[Ints, Ints, Ints]:
    """
    Follow darts to the last of their chain.

    Returns the last dart, how many hops away it is, and the dart that follows at once. Darts
    of rings never reach an end: theirs is one whose head is none.
    """
    follows = np.arange(len(pieces.tails))
    inner = np.flatnonzero(~ends[pieces.tails])
    pairs = inner[np.argsort(pieces.tails[inner], kind="stable")].reshape(-1, 2)
    follows[pieces.reverse(pairs[:, 0])] = pairs[:, 1]
    follows[pieces.reverse(pairs[:, 1])] = pairs[:, 0]
    jump, hops = follows.copy(), (follows != np.arange(len(follows))).astype(np.int64)
    live = np.flatnonzero(~ends[pieces.heads[jump]])
    for _ in range(len(pairs).bit_length()):
        hops[live] += hops[jump[live]]
        jump[live] = jump[jump[live]]
        live = live[~ends[pieces.heads[jump[live]]]]
    return jump, hops, follows


def _lowest(nodes: Ints, pieces: _Pieces, darts: Ints, follows: Ints) -> Ints:
    """Return the node of the lowest number of each ring."""
    count = len(pieces.first)
    own = np.unique(darts % count)
    starts, at = spread(pieces.first[own], pieces.last[own])
    lowest = np.full(2 * count, np.iinfo(np.int64).max)
    lowest[own] = lowest[own + count] = np.minimum.reduceat(nodes[at], starts[:-1])
    jump = follows.copy()
    for _ in range(len(darts).bit_length()):
        lowest[darts] = np.minimum(lowest[darts], lowest[jump[darts]])
        jump[darts] = jump[jump[darts]]
    return np.unique(lowest[darts])


def _gather(pieces: _Pieces, jump: Ints, hops: Ints, ends: Marks, labels: Ints) -> Chains:
    """List the pieces of each chain in one direction, chains in a settled order."""
    begin = np.flatnonzero(ends[pieces.tails] & ends[pieces.heads[jump]])
    back = pieces.reverse(jump[begin])
    here, there = pieces.tails[begin], pieces.tails[back]
    after, before = pieces.seconds[begin], pieces.seconds[back]
    loops = (here == there) & ((after < before) | ((after == before) & (begin < back)))
    chosen = (here < there) | loops
    begin, here, there, after = begin[chosen], here[chosen], there[chosen], after[chosen]
    label = labels[pieces.first[begin % len(pieces.first)]]
    begin = begin[np.lexsort((label, after, there, here))]
    starts = np.concatenate([[0], np.cumsum(hops[begin] + 1)])
    chain = np.full(len(jump), -1)
    chain[jump[begin]] = np.arange(len(begin))
    darts = np.flatnonzero(chain[jump] >= 0)
    ordered = np.empty(len(darts), dtype=np.int64)
    ordered[starts[chain[jump[darts]] + 1] - 1 - hops[darts]] = darts
    one_way = np.concatenate([pieces.first, pieces.last])[ordered]
    return Chains(starts, one_way, np.concatenate([pieces.last, pieces.first])[ordered])


def spread(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """
    Return all positions from each first to each last, both held, upwards or downwards.

    Parameters
    ----------
    first, last
        Ends of runs, shape (runs,).

    Returns
    -------
    starts
        Run ``i`` is ``at[starts[i]:starts[i + 1]]``; shape (runs + 1,).
    at
        The positions.

    Examples
    --------
    >>> import numpy as np
    >>> spread(np.array([2, 9]), np.array([4, 8]))[1].tolist()
    [2, 3, 4, 9, 8]
    """
    sizes = np.abs(last - first) + 1
    starts = np.concatenate([[0], np.cumsum(sizes)])
    step = np.repeat(np.where(last < first, -1, 1), sizes)
    along = np.arange(starts[-1]) - np.repeat(starts[:-1], sizes)
    return starts, np.repeat(first, sizes) + step * along
