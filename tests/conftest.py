"""Shared fixtures: every test sees the portable host."""

import os

os.environ.setdefault("SCENEWRIGHT_THREADS", "2")
