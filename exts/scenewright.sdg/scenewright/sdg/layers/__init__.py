"""Layers that several people share: who says what, differences, three-way merges, flattening, locks and mutes."""
