"""Shared by all rooms: the portable host is active, and threads are as many as the CI machine has."""

import os

os.environ.setdefault("SCENEWRIGHT_THREADS", "2")

from scenewright.host.activation import activate

activate()
