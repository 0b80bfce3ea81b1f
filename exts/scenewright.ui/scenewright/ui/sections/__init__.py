"""The parts of the window, a collapsable frame each."""
