"""The objects on the table, one function each: no arguments in, an `Asset` out."""

from collections.abc import Callable

from ..asset import Asset
from . import crockery, cutlery, fruit, kitchen, packaging

__all__ = ["OBJECTS"]

OBJECTS: dict[str, Callable[[], Asset]] = {
    function.__name__: function
    for function in (
        crockery.mug, crockery.cup, crockery.bowl, crockery.plate, crockery.teapot, crockery.vase,
        packaging.cereal_box, packaging.milk_carton, packaging.soda_can, packaging.food_can, packaging.tin, packaging.jar,
        packaging.bottle, packaging.book,
        fruit.apple, fruit.orange, fruit.lemon, fruit.pear, fruit.banana, fruit.egg,
        cutlery.spoon, cutlery.fork, cutlery.knife,
        kitchen.cutting_board, kitchen.pepper_mill, kitchen.napkin, kitchen.sponge, kitchen.candle,
    )
}
"""Asset name -> the function that models it."""
