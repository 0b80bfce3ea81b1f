"""What furnishes a living room: sofa, armchair, tables, chairs, lamps, bookshelf, rug, plant, curtains, pictures."""

from .cases import BOOKS, bookshelf, coffee_table, dining_table, sideboard, upright_book
from .fittings import door, floor_lamp, pendant, picture, plant, window_frame
from .home_textiles import curtain, curtain_rod, rug
from .products import borrowed
from .upholstery import armchair, chair, cushion, sofa

__all__ = ["FURNITURE_MODELS"]

_BORROWED = ("mug", "cup", "bowl", "candle", "vase", "teapot")

FURNITURE_MODELS = (
    sofa,
    armchair,
    cushion,
    coffee_table,
    chair,
    floor_lamp,
    pendant,
    bookshelf,
    *(lambda name=name: upright_book(name) for name in BOOKS),
    rug,
    plant,
    window_frame,
    curtain,
    curtain_rod,
    picture,
    sideboard,
    door,
    dining_table,
    *(lambda name=name: borrowed(name) for name in _BORROWED),
)
"""Functions that model the room's assets."""
