"""Both extensions in NVIDIA's own Kit kernel, where its user has accepted its licence: never part of CI.

``pip install omniverse-kit`` (Python 3.12), read its licence, and set ``OMNI_KIT_ACCEPT_EULA=yes`` if you accept it. The kernel
has neither ``omni.usd`` nor ``omni.ui``, so empty extensions of those names stand in for them: what is tried here is what the
kernel itself does, from the manifest to ten times on and off and ``--exec``.
"""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ACCEPTED = os.environ.get("OMNI_KIT_ACCEPT_EULA", "").lower() in ("y", "yes", "1")
ABSENT = ("omni.usd", "omni.timeline", "omni.ui")

pytestmark = [
    pytest.mark.verify,
    pytest.mark.skipif(not ACCEPTED, reason="the licence of omniverse-kit has not been accepted (OMNI_KIT_ACCEPT_EULA)"),
]

KERNEL = """
import sys
from omni.kit_app import KitApp
app = KitApp()
app.startup(sys.argv[1:])
while app.is_running():
    app.update()
sys.exit(app.shutdown())
"""

CHECK = """
import json, sys
import omni.kit.app
app = omni.kit.app.get_app()
manager = app.get_extension_manager()
found = {"arguments": sys.argv[1:], "states": []}
try:
    for _ in range(10):
        for wanted in (True, False):
            for name in ("scenewright.sdg", "scenewright.ui"):
                manager.set_extension_enabled_immediate(name, wanted)
            found["states"].append([manager.is_extension_enabled(n) for n in ("scenewright.sdg", "scenewright.ui")])
    import carb.settings
    found["timeout"] = carb.settings.get_settings().get("/exts/scenewright.sdg/progressTimeout")
finally:
    open(OUT, "w").write(json.dumps(found))
    app.post_quit(0)
"""


def test_the_kernel_switches_both_extensions_on_and_off_ten_times(tmp_path):
    if importlib.util.find_spec("omni.kit_app") is None:
        pytest.skip("omniverse-kit is not installed")
    for name in ABSENT:
        folder = tmp_path / "stand_ins" / name / "config"
        folder.mkdir(parents=True)
        (folder / "extension.toml").write_text('[package]\nversion = "1.0.0"\n')
    out = tmp_path / "found.json"
    (tmp_path / "check.py").write_text(f"OUT = {str(out)!r}\n{CHECK}")
    arguments = ["--no-window", "--ext-folder", str(ROOT / "exts"), "--ext-folder", str(tmp_path / "stand_ins"),
                 "--exec", f"{tmp_path / 'check.py'} one two"]
    done = subprocess.run([sys.executable, "-c", KERNEL, *arguments], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    found = json.loads(out.read_text())
    assert found == {"arguments": ["one", "two"], "states": [[True, True], [False, False]] * 10, "timeout": 900.0}
