"""The report of a dataset: one HTML page with samples, statistics, and another dataset beside them."""
