"""What the window knows and does, without widgets: it runs and is tested on any Python."""
