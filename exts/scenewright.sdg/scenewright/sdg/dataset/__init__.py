"""Datasets: making frames, the ledger that knows them, joining and reproducing them."""
