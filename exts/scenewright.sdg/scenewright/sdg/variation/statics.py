"""Whether bodies that touch can stay where they are: forces in the friction cones of contacts that carry all weights."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Contacts", "unsupported"]

_EDGES = 8
"""Edges of the pyramid inside each friction cone."""


@dataclass(frozen=True, eq=False)
class Contacts:
    """Places where two bodies touch.

    Attributes:
        bodies: Numbers of both bodies, -1 = what does not move, shape (2, C).
        points: World points, shape (C, 3).
        normals: Unit normals from the first body to the second, shape (C, 3).
        apart: Distance between both, negative where they overlap, shape (C,).
    """

    bodies: np.ndarray
    points: np.ndarray
    normals: np.ndarray
    apart: np.ndarray

    def where(self, chosen: np.ndarray) -> "Contacts":
        """Return some of them, by a mask or by numbers."""
        return Contacts(self.bodies[:, chosen], self.points[chosen], self.normals[chosen], self.apart[chosen])


def unsupported(
    contacts: Contacts, centers: np.ndarray, weights: np.ndarray, radii: np.ndarray, friction: float, up: int
) -> np.ndarray:
    """Return by how much each body's weight is not carried: 0 = it can rest, 1 = nothing holds it; shape (N,).

    The sum over all bodies of the force and torque that contacts do not balance is minimised, a linear programme; Coulomb's
    cones are replaced by pyramids inside them. What is left of a body is given in its weight, torques in its weight times its
    radius. That forces exist is necessary for rest and, where friction holds no stress of its own, sufficient.

    Args:
        contacts: Where bodies touch.
        centers: Centres of mass, shape (N, 3).
        weights: Shape (N,); 0 = the body is not looked at.
        radii: Bounding radii, shape (N,).
        friction: Coefficient of friction.
        up: Axis that points up.
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_matrix

    count = len(centers)
    directions = _cone(contacts.normals, friction)
    rows, columns, values = [], [], []
    for body, sign in ((contacts.bodies[0], -1.0), (contacts.bodies[1], 1.0)):
        touched = np.flatnonzero(body >= 0)
        owner = body[touched]
        forces = sign * directions[touched]
        arms = (contacts.points[touched] - centers[owner]) / radii[owner, None]
        wrenches = np.concatenate([forces, np.cross(arms[:, None], forces)], axis=2)
        numbers = np.broadcast_to((touched[:, None] * _EDGES + np.arange(_EDGES))[..., None], wrenches.shape)
        rows.append(np.broadcast_to(owner[:, None, None] * 6 + np.arange(6), wrenches.shape).ravel())
        columns.append(numbers.ravel())
        values.append(wrenches.ravel())
    slack, first = np.arange(6 * count), len(contacts.points) * _EDGES
    rows += [slack, slack]
    columns += [first + slack, first + 6 * count + slack]
    values += [np.ones(6 * count), -np.ones(6 * count)]
    balance = coo_matrix(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=(6 * count, first + 12 * count)
    ).tocsr()
    typical = float(np.median(weights[weights > 0.0])) if (weights > 0.0).any() else 1.0
    load = np.zeros((count, 6))
    load[:, up] = weights / typical
    price = np.concatenate([np.zeros(first), np.ones(12 * count)])
    found = linprog(price, A_eq=balance, b_eq=load.ravel(), method="highs")
    if found.x is None:  # numbers too extreme to be solved: nothing is known to be at rest
        return np.where(weights > 0.0, 1.0, 0.0)
    left = (found.x[first : first + 6 * count] + found.x[first + 6 * count :]).reshape(count, 6).sum(axis=1)
    return left / np.where(weights > 0.0, weights / typical, np.inf)


def _cone(normals: np.ndarray, friction: float) -> np.ndarray:
    """Return the edges of the pyramids, shape (C, K, 3)."""
    spare = np.eye(3)[np.argmin(np.abs(normals), axis=1)]
    first = np.cross(normals, spare)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(normals, first)
    angles = np.arange(_EDGES) * 2.0 * np.pi / _EDGES
    around = np.cos(angles)[:, None] * first[:, None] + np.sin(angles)[:, None] * second[:, None]
    return normals[:, None] + friction * around
