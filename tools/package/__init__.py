"""Packaging of the Kit extensions, from ``premake.toml``."""
