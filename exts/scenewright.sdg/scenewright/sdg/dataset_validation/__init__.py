"""Checking a dataset: every label is made again from what it follows from, and compared."""
