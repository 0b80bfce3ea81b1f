"""One program for each renderer that is compared; each runs in a process of its own, under a Python that has the renderer."""
