"""
Boxes in columns, so that every link leads to the right, with few crossings.

The usual way in four steps (Sugiyama, Tagawa and Toda 1981): columns by the longest
path; a waypoint in each column that a link passes; the order within columns by
barycentres, swept to and fro; then heights. Waypoints to the same box are one, so that
links to it run together.

Throughout this module:
    boxes are numbered 0, 1, …, each before those that it leads to
    a link leaves a box at its port, so far below the upper edge
    x grows to the right, y downwards; lengths are in any one unit
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


SWEEPS: Final = 12  # over all columns; later ones hardly ever take a crossing away
PULLS: Final = 8  # of boxes towards their neighbours, to and fro
WAYPOINT: Final = 6.0  # the height that a passing link takes


@dataclass(frozen=True, slots=True)
class Link:
    """From a box at a port to another box, which it enters at its entry."""

    source: int
    target: int
    port: float


@dataclass(frozen=True, slots=True)
class Size:
    """What a box needs; ``entry`` is how far below its upper edge links come in."""

    width: float
    height: float
    entry: float


@dataclass(frozen=True, slots=True)
class Layered:
    """The upper left corners of the boxes; the bends of the links, with their ends."""

    corners: tuple[tuple[float, float], ...]
    bends: tuple[tuple[tuple[float, float], ...], ...]
    width: float
    height: float


def layered(
    sizes: Sequence[Size], links: Sequence[Link], *, between: float, beside: float
) -> Layered:
    """The boxes laid out, ``between`` apart in a column, ``beside`` from the next."""
    drawing = _Drawing(list(sizes), links)
    drawing.order()
    drawing.pull(between)
    return drawing.laid_out(beside)


class _Drawing:
    """Boxes and waypoints with their columns, order and heights."""

    def __init__(self, sizes: list[Size], links: Sequence[Link]) -> None:
        self.boxes = len(sizes)
        self.sizes = sizes
        self.links = links
        self.column = columns(len(sizes), links)
        self.hops: list[Link] = []  # links from column to column
        self.ways: list[list[int]] = []  # the boxes and waypoints of each link
        self._through()
        self.columns: list[list[int]] = [
            [] for _ in range(max(self.column, default=-1) + 1)
        ]
        for i, x in enumerate(self.column):
            self.columns[x].append(i)
        self.into: dict[int, list[Link]] = defaultdict(list)
        self.out: dict[int, list[Link]] = defaultdict(list)
        for hop in self.hops:
            self.into[hop.target].append(hop)
            self.out[hop.source].append(hop)
        self.top = [0.0] * len(sizes)

    def _through(self) -> None:
        """A waypoint for each column that links to a box pass on their way."""
        points: dict[tuple[int, int], int] = {}
        for link in self.links:
            way = [link.source]
            for x in range(self.column[link.source] + 1, self.column[link.target]):
                if (link.target, x) not in points:
                    points[link.target, x] = len(self.sizes)
                    self.sizes.append(Size(0.0, WAYPOINT, WAYPOINT / 2))
                    self.column.append(x)
                way.append(points[link.target, x])
            way.append(link.target)
            ports = [link.port, *(WAYPOINT / 2 for _ in way[2:])]
            pairs = zip(way, way[1:], ports, strict=False)
            self.hops += [Link(a, b, port) for a, b, port in pairs]
            self.ways.append(way)
        self.hops = list(dict.fromkeys(self.hops))

    # Order.

    def order(self) -> None:
        """The order with the fewest crossings of some sweeps, the first of equals."""
        self._depth_first()
        best, fewest = [list(each) for each in self.columns], self.crossings()
        for sweep in range(SWEEPS):
            self._sweep(to_the_right=sweep % 2 == 0)
            if (crossings := self.crossings()) < fewest:
                best, fewest = [list(each) for each in self.columns], crossings
        self.columns = best

    def _depth_first(self) -> None:
        """Each box beside the first that leads to it."""
        seen: dict[int, None] = {}
        waiting = [i for i in reversed(range(len(self.sizes))) if not self.into[i]]
        while waiting:
            i = waiting.pop()
            if i not in seen:
                seen[i] = None
                waiting += [x.target for x in reversed(self.out[i])]
        place = {each: n for n, each in enumerate(seen)}
        for column in self.columns:
            column.sort(key=place.__getitem__)

    def _sweep(self, *, to_the_right: bool) -> None:
        """Each box where its neighbours in the column before it are, on average."""
        columns = self.columns if to_the_right else self.columns[::-1]
        for before, column in pairwise(columns):
            place = {each: float(n) for n, each in enumerate(before)}
            centre = dict(zip(column, range(len(column)), strict=True)) | {
                i: fmean(among)
                for i in column
                if (
                    among := list(self._neighbours(i, place, to_the_right=to_the_right))
                )
            }
            column.sort(key=centre.__getitem__)

    def _neighbours(
        self, i: int, place: dict[int, float], *, to_the_right: bool
    ) -> Iterable[float]:
        if to_the_right:
            return [self._at(place, x) for x in self.into[i]]
        return [place[x.target] for x in self.out[i]]

    def _at(self, place: dict[int, float], hop: Link) -> float:
        """Where a hop leaves, its port included."""
        return place[hop.source] + hop.port / (self.sizes[hop.source].height + 1.0)

    def crossings(self) -> int:
        """How many pairs of hops cross, with the columns in this order."""
        total = 0
        for before, column in pairwise(self.columns):
            left = {each: float(n) for n, each in enumerate(before)}
            right = {each: n for n, each in enumerate(column)}
            hops = [x for i in before for x in self.out[i]]
            ends = [
                right[x.target] for x in sorted(hops, key=lambda x: self._at(left, x))
            ]
            total += inversions(ends)
        return total

    # Heights.

    def pull(self, between: float) -> None:
        """Boxes at the heights of their neighbours, as far as there is room."""
        for column in self.columns:
            self._place(column, dict.fromkeys(column, 0.0), between)
        for turn in range(PULLS):
            rightwards = turn % 2 == 1
            for column in self.columns if rightwards else self.columns[::-1]:
                wishes = {i: self._wish(i, to_the_right=rightwards) for i in column}
                self._place(column, wishes, between)

    def _wish(self, i: int, *, to_the_right: bool) -> float:
        """Where a box would be if its links were level."""
        if to_the_right:
            ends = [self.top[x.source] + x.port for x in self.into[i]]
            return fmean(ends) - self.sizes[i].entry if ends else self.top[i]
        ends = [
            self.top[x.target] + self.sizes[x.target].entry - x.port
            for x in self.out[i]
        ]
        return fmean(ends) if ends else self.top[i]

    def _place(
        self, column: Sequence[int], wishes: dict[int, float], between: float
    ) -> None:
        """The least squares from the wishes with the boxes apart, in their order."""
        offset, offsets = 0.0, []
        for i in column:
            offsets.append(offset)
            offset += self.sizes[i].height + between
        wanted = [wishes[i] - x for i, x in zip(column, offsets, strict=True)]
        for i, y, x in zip(column, rising(wanted), offsets, strict=True):
            self.top[i] = y + x

    # The end.

    def laid_out(self, beside: float) -> Layered:
        """Corners and bends, from 0 on."""
        widths = [max(self.sizes[i].width for i in column) for column in self.columns]
        left = [sum(widths[:x]) + beside * x for x in range(len(widths))]
        upper = min(self.top, default=0.0)
        top = [y - upper for y in self.top]
        bends = [
            self._bends(way, x.port, left, top)
            for way, x in zip(self.ways, self.links, strict=True)
        ]
        return Layered(
            corners=tuple((left[self.column[i]], top[i]) for i in range(self.boxes)),
            bends=tuple(bends),
            width=sum(widths) + beside * max(0, len(widths) - 1),
            height=max(
                (y + x.height for y, x in zip(top, self.sizes, strict=True)),
                default=0.0,
            ),
        )

    def _bends(
        self,
        way: Sequence[int],
        port: float,
        left: Sequence[float],
        top: Sequence[float],
    ) -> tuple[tuple[float, float], ...]:
        """From the right edge of a box, straight through columns, to the next one."""
        first = way[0]
        points = [
            (left[self.column[first]] + self.sizes[first].width, top[first] + port)
        ]
        for i in way[1:-1]:
            x, y = left[self.column[i]], top[i] + self.sizes[i].entry
            width = max(self.sizes[j].width for j in self.columns[self.column[i]])
            points += [(x, y), (x + width, y)]
        last = way[-1]
        points.append((left[self.column[last]], top[last] + self.sizes[last].entry))
        return tuple(points)


def columns(boxes: int, links: Iterable[Link]) -> list[int]:
    """The column of each box: how many links the longest way to it has."""
    found = [0] * boxes
    for link in sorted(links, key=lambda each: each.source):
        found[link.target] = max(found[link.target], found[link.source] + 1)
    return found


def inversions(values: Iterable[int]) -> int:
    """How many pairs stand in the wrong order; equal ones do not."""
    seen: list[int] = []
    total = 0
    for each in reversed(list(values)):
        total += bisect_left(seen, each)
        insort(seen, each)
    return total


def rising(wanted: Sequence[float]) -> list[float]:
    """
    The values next to these, by least squares, of which none is below that before it.

    Neighbours in the wrong order are pooled to their mean (Ayer and others 1955).
    """
    pools: list[tuple[float, int]] = []
    for each in wanted:
        mean, count = each, 1
        while pools and pools[-1][0] > mean:
            before, size = pools.pop()
            mean = (mean * count + before * size) / (count + size)
            count += size
        pools.append((mean, count))
    return [mean for mean, count in pools for _ in range(count)]
