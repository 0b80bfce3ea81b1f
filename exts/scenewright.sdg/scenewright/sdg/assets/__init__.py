"""Asset packs: models of other formats as clean USD assets, their catalogue, and how recipes find them."""
