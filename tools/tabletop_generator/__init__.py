"""Generator of `usd_scenes/tabletop` and of the stage of `usd_scenes/turntable`.

Everything is modelled by the parametric builders in this package, in metres, Z up, from fixed seeds: running
`tools/generate_tabletop.py` twice gives the same scene. Only numpy, Pillow and usd-core are needed.

Modules, from the bottom up: `mesh` · `curves` · `loft` · `boxes` · `plates` (geometry), `noise` · `images` · `wood` · `skins` ·
`prints` · `studio_map` (images), `materials` · `asset` (USD files), `objects/*` (what stands on the table), `environment`,
`layout`, `scene` and `turntable` (the stages).
"""
