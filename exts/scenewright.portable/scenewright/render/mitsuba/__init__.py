"""Mitsuba 3 as a second engine: the colour of the same scene records, for offline quality and as an oracle.

W. Jakob et al., "Mitsuba 3 renderer", 2022; extra ``[mitsuba]``.
"""

from scenewright.render.mitsuba.engine import MitsubaEngine, load_mitsuba

__all__ = ["MitsubaEngine", "load_mitsuba"]
