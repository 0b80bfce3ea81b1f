"""Kernels share nothing, devices and threads are checked."""

import ast
from pathlib import Path

import pytest

import scenewright.sdg.variation as room
from scenewright.sdg.variation.errors import VariationError
from scenewright.sdg.variation.launching import on_device, thread_count


def test_kernels_write_nothing_that_another_thread_writes():
    files = sorted(Path(room.__path__[0]).glob("*.py"))
    names = {node.attr for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
             if isinstance(node, ast.Attribute)}
    assert len(files) > 20 and not any(name.startswith("atomic_") for name in names)


def test_threads_and_devices_are_checked(monkeypatch):
    monkeypatch.setenv("SCENEWRIGHT_THREADS", "3")
    assert thread_count() == 3 and on_device(None) == "cpu"
    monkeypatch.setenv("SCENEWRIGHT_THREADS", "many")
    with pytest.raises(VariationError, match="'many'"):
        thread_count()
    with pytest.raises(VariationError, match="no device 'tpu'"):
        on_device("tpu")
