"""Variation with Warp kernels: scatter, placement, settling, displacement, textures, daylight and camera images."""
