"""A small layout grammar: verbs that align things in regions, on supports, with their clearances.

A layout knows what stands where and what must stay free. Verbs put things in line, in a grid, against a side, round
another thing, at random, or in a pile; every search is bounded, and what does not fit is kept as a `Shortfall` that says
what was achieved and what stood in the way. Given the same generator state, a layout is the same.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from scenewright.sdg.scenes.footprints import TOUCH, Footprint, with_clearance
from scenewright.sdg.scenes.things import LayoutError, Placed, Region, Shortfall, Thing

__all__ = ["Layout"]

_TURN_PER_JITTER = 150.0  # [deg/m]
_SIDE_YAW = {"front": 180.0, "right": -90.0, "back": 0.0, "left": 90.0}  # of a thing whose back is against the side


class Layout:
    """What stands where.

    Args:
        rng: Draws every random choice of the verbs.

    Attributes:
        placed: Everything placed, in order.
    """

    def __init__(self, rng: np.random.Generator):
        self.rng = rng
        self.placed: list[Placed] = []
        self._missing: dict[tuple[str, str], tuple[int, Counter[str]]] = {}  # (class, region) -> how many, reasons
        self._bodies: dict[str, list[Footprint]] = {}
        self._free: dict[str, list[Footprint]] = {}

    @property
    def shortfalls(self) -> list[Shortfall]:
        """What could not be placed: one for each class and region, with how many of the class stand there."""
        out = []
        for (what, region), (missing, reasons) in self._missing.items():
            placed = sum(one.thing.label == what and one.region.name == region for one in self.placed)
            out.append(Shortfall(what, region, placed + missing, placed, dict(reasons.most_common(4))))
        return out

    def require(self) -> None:
        """Raise what could not be placed.

        Raises:
            LayoutError: Some verb fell short.
        """
        if self._missing:
            raise LayoutError(self.shortfalls, len(self.placed))

    def keep_free(self, region: Region, x0: float, y0: float, x1: float, y1: float, why: str) -> None:
        """Keep a rectangle of a region free: an aisle, the swing of a door, the view of a camera."""
        rect = Footprint((x0 + x1) / 2, (y0 + y1) / 2, (abs(x1 - x0) / 2, abs(y1 - y0) / 2), 0.0, 0.0, math.inf, why)
        self._free.setdefault(region.name, []).append(rect)

    def obstacle(self, region: Region, thing: Thing, x: float, y: float, yaw: float = 0.0, z: float = 0.0) -> str:
        """Return what keeps a thing from standing at a local place, or "" where it can stand."""
        width, depth, height = thing.asset.size
        if z + height > region.height + TOUCH:
            return f"{z + height:.2f} m are too high for {region.height:.2f} m"
        body = Footprint(x, y, (width / 2, depth / 2), self._yaw(thing, yaw), z, z + height, thing.label)
        corners = np.abs(body.corners()) - np.array(region.size) / 2
        if corners.max() > TOUCH:
            return f"the edge of {region.name}"
        for other in self._bodies.get(region.name, ()):
            if body.meets(other):
                return other.name
        for free in self._free.get(region.name, ()):
            if body.meets(free):
                return free.name
        room = with_clearance(body, thing.clearance)
        if room is not body:
            for other in self._bodies.get(region.name, ()):
                if room.meets(other):
                    return f"{other.name} in the room that it needs"
        return ""

    def put(self, region: Region, thing: Thing, x: float, y: float, yaw: float = 0.0, z: float = 0.0) -> Placed | None:
        """Stand a thing at a local place, or return None and keep a shortfall where it cannot stand there."""
        reason = self.obstacle(region, thing, x, y, yaw, z)
        if reason:
            self._fall_short(thing.label, region, 1, 0, Counter([reason]))
            return None
        return self._stand(region, thing, x, y, yaw, z)

    def row(
        self,
        region: Region,
        things: Iterable[Thing],
        *,
        gap: float = 0.0,
        align: str = "start",
        depth: str = "middle",
        yaw: float = 0.0,
        spread: float = 0.0,
        needed: bool = True,
    ) -> list[Placed]:
        """Stand things side by side along the region's x until it is full.

        Args:
            region: Where.
            things: What, from left to right.
            gap: Between two neighbours [m].
            align: "start", "middle" or "end" of the row, or "justify" to share what is left between all.
            depth: "front", "middle" or "back": the edge that they line up with.
            yaw: Turn of each [deg]; 0, 90, 180 or 270 (plus ``spread``).
            spread: Largest random turn either way [deg]; room for it is kept.
            needed: Whether things that do not fit are a shortfall.
        """
        chosen, used, reasons, wanted = [], 0.0, Counter[str](), 0
        for thing in things:
            wanted += 1
            width, deep = self._extent(thing, yaw, spread)
            step = width + (gap if chosen else 0.0)
            if used + step > region.size[0] + TOUCH:
                reasons["the row is full"] += 1
            elif deep > region.size[1] + TOUCH:
                reasons[f"{deep:.2f} m are too deep for {region.size[1]:.2f} m"] += 1
            else:
                chosen.append((thing, width, deep))
                used += step
        rest = region.size[0] - used
        start = {"start": 0.0, "middle": rest / 2, "end": rest}.get(align, 0.0) - region.size[0] / 2
        between = gap + (rest / (len(chosen) - 1) if align == "justify" and len(chosen) > 1 else 0.0)
        out = []
        for thing, width, deep in chosen:
            free = (region.size[1] - deep) / 2
            y = {"front": -free, "middle": 0.0, "back": free}[depth]
            turn = yaw + (self.rng.uniform(-spread, spread) if spread else 0.0)
            reason = self.obstacle(region, thing, start + width / 2, y, turn)
            if reason:
                reasons[reason] += 1
            else:
                out.append(self._stand(region, thing, start + width / 2, y, turn))
            start += width + between
        if needed and len(out) < wanted:
            self._fall_short(chosen[0][0].label if chosen else "things", region, wanted, len(out), reasons)
        return out

    def against(
        self,
        region: Region,
        thing: Thing,
        side: str,
        *,
        at: float | None = None,
        gap: float = 0.0,
        tries: int = 40,
        needed: bool = True,
    ) -> Placed | None:
        """Stand a thing with its back to a side of the region.

        Args:
            region: Where.
            thing: What.
            side: One of `SIDES`.
            at: Place along the side, 0 (its left end, seen from inside) to 1; None draws it.
            gap: Between the thing and the side [m].
            tries: Draws before the search ends.
            needed: Whether failure is a shortfall.
        """
        yaw = _SIDE_YAW[side]
        width, depth = thing.asset.size[:2]
        across = side in ("front", "back")
        length = region.size[0] if across else region.size[1]
        away = (region.size[1] if across else region.size[0]) / 2 - depth / 2 - gap
        reasons = Counter[str]()
        for _ in range(tries if at is None else 1):
            share = float(self.rng.random()) if at is None else at
            along = (share - 0.5) * max(length - width, 0.0)
            x, y = {"back": (along, away), "front": (-along, -away), "left": (-away, along), "right": (away, -along)}[side]
            reason = self.obstacle(region, thing, x, y, yaw)
            if not reason:
                return self._stand(region, thing, x, y, yaw)
            reasons[reason] += 1
        if needed:
            self._fall_short(thing.label, region, 1, 0, reasons)
        return None

    def around(
        self,
        centre: Placed,
        things: Sequence[Thing],
        *,
        gap: float = 0.05,
        sides: Sequence[str] = ("front", "back"),
        spread: float = 0.0,
        needed: bool = True,
    ) -> list[Placed]:
        """Stand things round another one, shared out over its sides and looking at it."""
        region, (x, y, _, yaw) = centre.region, centre.local
        width, depth = centre.thing.asset.size[:2]
        out, reasons = [], Counter[str]()
        for index, thing in enumerate(things):
            side, slot = sides[index % len(sides)], index // len(sides)
            on_side = len(things[sides.index(side) :: len(sides)])
            length = width if side in ("front", "back") else depth
            along = ((slot + 0.5) / on_side - 0.5) * length
            away = (depth if side in ("front", "back") else width) / 2 + gap + thing.asset.size[1] / 2
            dx, dy = {"front": (along, -away), "back": (along, away), "left": (-away, along), "right": (away, along)}[side]
            cosine, sine = math.cos(math.radians(yaw)), math.sin(math.radians(yaw))
            turn = yaw + _SIDE_YAW[side] + (self.rng.uniform(-spread, spread) if spread else 0.0)
            place = (x + cosine * dx - sine * dy, y + sine * dx + cosine * dy)
            reason = self.obstacle(region, thing, *place, turn)
            if reason:
                reasons[reason] += 1
            else:
                out.append(self._stand(region, thing, *place, turn))
        if needed and len(out) < len(things):
            self._fall_short(things[0].label, region, len(things), len(out), reasons)
        return out

    def scatter(
        self, region: Region, things: Iterable[Thing], *, turn: float = 180.0, tries: int = 60, needed: bool = True
    ) -> list[Placed]:
        """Stand things at random places, turned at random by up to ``turn`` degrees, clear of each other.

        Args:
            region: Where.
            things: What, in order.
            turn: Largest turn either way [deg].
            tries: Places tried for each thing before it is left out.
            needed: Whether what is left out is a shortfall.
        """
        out, missing = [], {}
        for thing in things:
            reasons = Counter[str]()
            for _ in range(tries):
                x, y, yaw = (self.rng.random(3) - 0.5) * (*region.size, 2.0 * turn)
                reason = self.obstacle(region, thing, float(x), float(y), float(yaw))
                if not reason:
                    out.append(self._stand(region, thing, float(x), float(y), float(yaw)))
                    break
                reasons[reason] += 1
            else:
                wanted, seen = missing.setdefault(thing.label, [0, Counter()])
                missing[thing.label] = [wanted + 1, seen + reasons]
        if needed:
            for label, (count, reasons) in missing.items():
                done = sum(one.thing.label == label for one in out)
                self._fall_short(label, region, done + count, done, reasons)
        return out

    def pile(
        self, region: Region, thing: Thing, *, layers: int, gap: float = 0.01, missing: float = 0.0, jitter: float = 0.0
    ) -> list[Placed]:
        """Stack copies of a thing in a grid, layer on layer; only the top layer may have gaps.

        Args:
            region: Where; as many as fit side by side in the better of two directions.
            thing: What.
            layers: How high; fewer where the region is lower.
            gap: Between neighbours [m].
            missing: Probability that a place of the top layer stays empty.
            jitter: Largest displacement of each [m]; it is also turned, by up to 1.5 degrees a centimetre.
        """
        width, depth, height = thing.asset.size
        best = max((False, True), key=lambda turned: math.prod(_counts(region, (width, depth), turned, gap)))
        across, down = _counts(region, (width, depth), best, gap)
        if not across * down or layers < 1 or height > region.height:
            size = f"{width:.2f} x {depth:.2f} x {height:.2f} m"
            self._fall_short(thing.label, region, max(layers, 1), 0, Counter([f"{size} are too large for the place"]))
            return []
        layers = min(layers, int((region.height + TOUCH) / height))
        step = (depth, width) if best else (width, depth)
        out = []
        for layer in range(layers):
            for i in range(across * down):
                if layer == layers - 1 and layers > 1 and self.rng.random() < missing:
                    continue
                x = (i % across - (across - 1) / 2) * (step[0] + gap)
                y = (i // across - (down - 1) / 2) * (step[1] + gap)
                dx, dy, turn = (self.rng.random(3) * 2.0 - 1.0) * jitter if jitter else np.zeros(3)
                yaw = (90.0 if best else 0.0) + _TURN_PER_JITTER * float(turn)
                out.append(self._stand(region, thing, x + float(dx), y + float(dy), yaw, layer * height))
        return out

    def _yaw(self, thing: Thing, yaw: float) -> float:
        return yaw + (90.0 if thing.turned else 0.0)

    def _extent(self, thing: Thing, yaw: float, spread: float) -> tuple[float, float]:
        """Return the width and depth of the box about a thing turned by ``yaw`` and up to ``spread`` more."""
        width, depth = thing.asset.size[:2]
        best = [0.0, 0.0]
        for turn in (-spread, 0.0, spread):
            angle = math.radians(self._yaw(thing, yaw) + turn)
            cosine, sine = abs(math.cos(angle)), abs(math.sin(angle))
            best = [max(best[0], cosine * width + sine * depth), max(best[1], sine * width + cosine * depth)]
        return best[0], best[1]

    def _stand(self, region: Region, thing: Thing, x: float, y: float, yaw: float, z: float = 0.0) -> Placed:
        yaw = self._yaw(thing, yaw)
        width, depth, height = thing.asset.size
        name = f"{thing.label}_{len(self.placed)}"
        body = Footprint(x, y, (width / 2, depth / 2), yaw, z, z + height, name)
        self._bodies.setdefault(region.name, []).append(body)
        room = with_clearance(body, thing.clearance)
        if room is not body:
            self._free.setdefault(region.name, []).append(replace(room, name=f"the room that {name} needs"))
        turned = Region("", (0.0, 0.0), region.world(x, y, z), region.yaw + yaw)
        origin = turned.world(-thing.asset.offset[0], -thing.asset.offset[1])
        position = tuple(round(value, 5) for value in origin)
        placed = Placed(thing, region, (x, y, z, yaw), position, round(region.yaw + yaw, 4), len(self.placed))
        self.placed.append(placed)
        return placed

    def _fall_short(self, what: str, region: Region, wanted: int, placed: int, reasons: Counter) -> None:
        missing, seen = self._missing.get((what, region.name), (0, Counter()))
        self._missing[what, region.name] = (missing + wanted - placed, seen + reasons)


def _counts(region: Region, size: tuple[float, float], turned: bool, gap: float) -> tuple[int, int]:
    width, depth = (size[1], size[0]) if turned else size
    return (int((region.size[0] + gap + TOUCH) / (width + gap)), int((region.size[1] + gap + TOUCH) / (depth + gap)))
