"""Makes the assets of `usd_scenes/warehouse`, `usd_scenes/shelf` and `usd_scenes/room`, and has the builders compose them.

Everything is modelled by the code here with the helpers of `tabletop_generator`; every brand is invented.
"""
