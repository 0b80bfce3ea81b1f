"""Records of the stage as arrays on a device."""
