"""What stands in a warehouse: racking, pallets, cartons, drums, crates, a forklift, dock doors and what guards them."""

from .forklift import forklift
from .racking import aisle_sign, rack_bay, rack_end
from .warehouse_goods import CARTONS, carton, crate, drum, pallet
from .warehouse_hall import bollard, cone, dock_door, lamp, truss

__all__ = ["WAREHOUSE_MODELS"]

WAREHOUSE_MODELS = (
    pallet,
    *(lambda name=name: carton(name) for name in CARTONS),
    drum,
    crate,
    rack_bay,
    rack_end,
    aisle_sign,
    forklift,
    bollard,
    cone,
    dock_door,
    lamp,
    truss,
)
"""Functions that model the warehouse's assets."""
