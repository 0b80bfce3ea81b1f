"""The window in the real toolkit: built, typed into, clicked, run to the end, looked at."""

import asyncio
import ctypes
import gc
import importlib.util
import os
import shutil
import subprocess
import tempfile
import weakref

import pytest

os.environ.setdefault("OMNIUI_HEADLESS", "1")
os.environ.setdefault("OMNIUI_BACKEND", "vulkan")


CUDA_CALLS = ("cuCtxCreate_v2", "cuCtxDestroy_v2", "cuDestroyExternalMemory", "cuDeviceGet", "cuExternalMemoryGetMappedBuffer",
              "cuImportExternalMemory", "cuInit", "cuMemcpyDtoH_v2")


def _provide_cuda() -> None:
    """Load a libcuda that finds no device where there is no driver: the toolkit is linked to one, and runs without."""
    compiler = shutil.which("cc")
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        if compiler is None:
            return  # the import says what is missing
        with tempfile.TemporaryDirectory() as folder:
            library = os.path.join(folder, "libcuda.so.1")
            source = "".join(f"int {name}(void) {{ return 100; }}\n" for name in CUDA_CALLS)  # CUDA_ERROR_NO_DEVICE
            command = [compiler, "-shared", "-fPIC", "-Wl,-soname,libcuda.so.1", "-o", library, "-x", "c", "-"]
            if subprocess.run(command, input=source, text=True, capture_output=True, check=False).returncode == 0:
                ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)


def _why_not() -> str:
    if importlib.util.find_spec("omni.ui") is None:
        return "omni.ui cannot be had here: install the extra [ui-test] on Python 3.12"
    _provide_cuda()
    find_spec = importlib.util.find_spec
    # With carb there, stand-in or not, the toolkit takes itself to be inside Kit.
    importlib.util.find_spec = lambda name, package=None: None if name == "carb" else find_spec(name, package)
    try:
        import omni.ui  # noqa: F401
    except (ImportError, OSError) as error:
        return f"omni.ui does not load here: {error}"
    finally:
        importlib.util.find_spec = find_spec
    return ""


WHY_NOT = _why_not()
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)


@pytest.fixture(scope="module")
def screen():
    """The toolkit with a screen in memory; skips where there is no Vulkan driver for it."""
    import omni.ui as ui

    try:
        ui.init("Scenewright", 500, 1500)
    except RuntimeError as error:
        pytest.skip(f"omni.ui has no screen here, lavapipe would be enough: {error}")
    yield ui
    ui.shutdown()


@pytest.fixture
def shown(settings, notes, recipe, run, screen):
    from scenewright.ui.model.window_model import WindowModel
    from scenewright.ui.window import ScenewrightWindow

    async def build():
        model = WindowModel(settings, lambda message, warning: notes.append((message, warning)), 0.0)
        return ScenewrightWindow(model, lambda visible: None)

    window = run(build())
    window.window.position_x = window.window.position_y = 0
    window.window.width, window.window.height = 500, 1500
    yield window
    window.model.close()
    window.destroy()


async def frames(count=4):
    import omni.ui.testing as testing

    await testing.wait_frames(count)


async def click(widget):
    import omni.ui.testing as testing

    await frames()
    x = widget.screen_position_x + widget.computed_width / 2
    y = widget.screen_position_y + widget.computed_height / 2
    await testing.mouse_click(x, y)


async def opened(window, recipe):
    import omni.ui.testing as testing

    await click(window.recipe.path.widget)
    await testing.type_text(str(recipe))
    await click(window.recipe.summary)  # leaving the field ends the edit
    await frames()
    await window.model.settled()


def test_findings_appear_while_the_user_types(shown, recipe, run):
    import omni.ui as ui
    import omni.ui.testing as testing

    async def go():
        await opened(shown, recipe)
        assert shown.recipe.summary.text == "small.yaml: no findings"
        assert shown.generate.run.enabled
        field = shown.recipe.text.widget
        await frames()
        await testing.mouse_click(field.screen_position_x + 20, field.screen_position_y + 12)
        await testing.type_text("oops")
        await frames()
        assert "oops" in shown.model.editor.text and shown.recipe.save.enabled
        await shown.model.settled()
        assert "finding" in shown.recipe.summary.text
        lines = ui.Inspector.get_children(shown.recipe.list)
        assert len(lines) == len(shown.model.checked.findings) >= 1
        assert not shown.generate.run.enabled
        assert not shown.model.start()
        assert not list(recipe.parent.glob("out*"))

    run(go())


def test_every_control_sets_its_value(shown, recipe, run, settings):
    from scenewright.ui.model.state import load_state

    async def go():
        await opened(shown, recipe)
        shown.scene.frames.widget.model.set_value(2)
        shown.scene.seed.widget.model.set_value(5)
        shown.scene.output.widget.model.set_value(str(recipe.parent / "made"))
        shown.scene.scene.widget.model.set_value("nowhere.usda")
        await shown.model.settled()
        assert "nowhere.usda" in shown.model.checked.findings[0].message
        shown.scene.scene.widget.model.set_value("")
        assert not shown.writers.writers["coco"].widget.enabled
        await click(shown.writers.own.widget)
        assert shown.model.state.own_writers and shown.writers.writers["coco"].widget.enabled
        await click(shown.writers.writers["coco"].widget)
        await click(shown.writers.annotators["normals"].widget)
        await shown.model.settled()
        state = shown.model.state
        assert (state.frames, state.seed, state.writers) == (2, 5, ("basic",))
        assert "normals" in state.annotators
        assert shown.model.checked.good
        assert load_state(settings) == state

    run(go())


def test_a_run_from_the_window_makes_the_dataset(shown, recipe, run, notes, tmp_path, monkeypatch):
    import omni.usd

    opened_pages = []
    monkeypatch.setattr(shown.generate, "_open_path", opened_pages.append)

    async def go():
        before = omni.usd.get_context().get_stage()
        await opened(shown, recipe)
        shown.scene.output.widget.model.set_value(str(tmp_path / "made"))
        await shown.model.settled()
        await click(shown.preview.button)
        assert shown.model.control.busy and not shown.generate.run.enabled
        await shown.model.control.wait()
        assert shown.model.picture is not None, notes
        assert shown.preview.area.visible and "frame 0" in shown.preview.caption.text
        await click(shown.generate.run)
        assert shown.model.control.busy
        await shown.model.control.wait()
        assert shown.model.control.result.made == 3, notes
        assert shown.generate.progress.get_value_as_float() == 1.0
        assert shown.generate.folder.enabled and shown.generate.report.enabled and shown.model.report is None
        await click(shown.generate.report)
        await shown.generate._reporting
        assert shown.model.report == tmp_path / "made/report.html" and opened_pages == [shown.model.report]
        assert omni.usd.get_context().get_stage() == before
        await frames(6)
        import omni.ui.testing as testing

        target = os.environ.get("SCENEWRIGHT_SCREENSHOT", str(tmp_path / "window.png"))
        assert testing.capture_screenshot(target)
        from PIL import Image

        with Image.open(target) as image:
            assert len(image.convert("RGB").getcolors(1 << 24)) > 500  # a blank screen has a few

    run(go())
    assert (tmp_path / "made/ledger.jsonl").is_file()
    assert (tmp_path / "made/annotations/instances.json").is_file()
    assert notes[-1][0].startswith("3 frames in") and not notes[-1][1]


def test_pause_holds_and_stop_keeps_finished_frames(shown, recipe, run, notes, tmp_path):
    from scenewright.ui.model.control import Phase

    async def go():
        recipe.write_text(recipe.read_text().replace("frames: 3", "frames: 400"))
        await opened(shown, recipe)
        shown.model.set(output=str(tmp_path / "made"))
        await shown.model.settled()
        await click(shown.generate.run)
        control = shown.model.control
        while control.meter.made < 2:
            await asyncio.sleep(0.01)
        await click(shown.generate.pause)
        assert control.phase is Phase.PAUSED and shown.generate.pause.text == "Resume"
        await asyncio.sleep(0.5)
        made = control.meter.made
        await asyncio.sleep(0.5)
        assert control.meter.made == made
        await click(shown.generate.pause)
        assert control.phase is Phase.RUNNING
        while control.meter.made < made + 2:
            await asyncio.sleep(0.01)
        await click(shown.generate.stop)
        await control.wait()
        assert control.phase is Phase.IDLE and shown.generate.run.enabled

    run(go())
    assert "stopped" in notes[-1][0]
    assert 3 < sum('"frame"' in line for part in (tmp_path / "made/.scenewright").rglob("*.jsonl")
                   for line in part.read_text().splitlines())


@pytest.fixture
def importer(monkeypatch):
    """Kit's file dialog, that answers at once with what it is told to."""
    import sys
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    class Importer:
        def __init__(self):
            self.answer, self.asked = "", []

        def show_window(self, title, import_handler, show_only_folders, **options):
            self.asked.append((title, show_only_folders))
            import_handler("", "", [self.answer])

        def hide_window(self):
            pass

    dialog = Importer()
    for name in ("omni.kit.window", "omni.kit.window.file_importer"):
        module = ModuleType(name)
        module.__spec__ = ModuleSpec(name, None, is_package=name.endswith("window"))
        module.__path__ = []
        module.get_file_importer = lambda: dialog
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr("omni.kit.window", sys.modules["omni.kit.window"], raising=False)
    monkeypatch.setattr("omni.kit.window.file_importer", sys.modules["omni.kit.window.file_importer"], raising=False)
    return dialog


def controls(widget):
    """Return what lies below a widget and has an identifier, by it."""
    import omni.ui as ui

    found = {}
    for child in ui.Inspector.get_children(widget):
        if child.identifier:
            found[child.identifier] = child
        found |= controls(child)
    return found


def test_every_button_and_box_is_clicked(importer, shown, recipe, run, tmp_path, monkeypatch):
    opened_paths = []
    monkeypatch.setattr(shown.generate, "_open_path", opened_paths.append)

    async def go():
        found = controls(shown.window.frame)

        async def push(name):
            await click(found.pop(name))
            await frames()
            await shown.model.settled()

        named = "p: {create.render_product: {camera: camera, resolution: [32, 24], name: front}}"
        recipe.write_text(f"{recipe.read_text()}\n{named}\n")
        importer.answer = str(recipe)
        await push("recipe_browse")
        assert shown.model.editor.path == str(recipe) and shown.model.checked.good
        found = controls(shown.window.frame)  # with the cameras of the recipe
        cameras = [name for name in found if name.startswith("camera_")]
        assert cameras == ["camera_front"]
        for name in cameras:
            await push(name)
        assert len(shown.model.state.cameras) == len(cameras)
        importer.answer = str(tmp_path / "other.usda")
        await push("scene_browse")
        assert shown.model.state.scene == importer.answer
        shown.model.set(scene="", cameras=())
        importer.answer = str(tmp_path / "dataset")
        await push("output_browse")
        assert shown.model.output == tmp_path / "dataset"
        assert [folders for _, folders in importer.asked] == [False, False, True]

        shown.model.edit(shown.model.editor.text + "# mine\n")
        await shown.model.settled()
        await push("recipe_save")
        assert recipe.read_text().endswith("# mine\n") and not shown.recipe.save.enabled

        await push("own_writers")
        for name in [name for name in found if name.startswith(("annotators_", "writers_")) and name != "writers_basic"]:
            before = shown.model.state
            await push(name)
            assert shown.model.state != before, name
        await push("writers_basic")
        assert not shown.writers.annotators["rgb"].widget.enabled

        found["layers"].collapsed = False
        shown.layers.shown = None
        await push("layers_refresh")
        assert shown.layers.shown
        (tmp_path / "dataset").mkdir()
        (tmp_path / "dataset/report.html").write_text("")
        shown.refresh()
        await push("open_folder")
        await push("open_report")
        assert opened_paths == [tmp_path / "dataset", tmp_path / "dataset/report.html"]
        tried_elsewhere = {"run", "pause", "stop", "preview", "recipe_path", "recipe_text", "scene", "output", "frames", "seed",
                           "recipe_browse"}
        left = {name for name, widget in found.items() if type(widget).__name__ in
                ("Button", "CheckBox", "StringField", "IntDrag")} - tried_elsewhere
        return left

    assert run(go()) == set()


def test_enabling_ten_times_leaves_nothing(screen, run):
    from scenewright.ui import ScenewrightUiExtension

    async def once():
        extension = ScenewrightUiExtension()
        extension.on_startup("scenewright.ui-0.1.0")
        extension.toggle()
        assert extension.visible()
        await frames(2)
        held = weakref.ref(extension.window), weakref.ref(extension._model)
        extension.on_shutdown()
        return held

    async def go():
        held = [reference for _ in range(10) for reference in await once()]
        await asyncio.sleep(0)
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task() and not task.done()]
        return held, len(tasks)

    held, tasks = run(go())
    gc.collect()
    assert [reference for reference in held if reference() is not None] == []
    assert tasks <= 1  # the one that waits with a limit of time


def test_the_menu_entry_comes_and_goes(screen, monkeypatch, run):
    import sys
    from importlib.machinery import ModuleSpec
    from types import ModuleType, SimpleNamespace

    import omni.kit

    import scenewright.ui.extension as extension

    there = []
    menus = ModuleType("omni.kit.menu.utils")
    menus.__spec__ = ModuleSpec("omni.kit.menu.utils", None)
    menus.MenuItemDescription = lambda **values: SimpleNamespace(**values)
    menus.add_menu_items = lambda menu, name: there.append((name, menu))
    menus.remove_menu_items = lambda menu, name: there.remove((name, menu))
    menus.refresh_menu_items = lambda name: None
    package = ModuleType("omni.kit.menu")
    package.__spec__ = ModuleSpec("omni.kit.menu", None, is_package=True)
    package.utils = menus
    monkeypatch.setitem(sys.modules, "omni.kit.menu", package)
    monkeypatch.setitem(sys.modules, "omni.kit.menu.utils", menus)
    monkeypatch.setattr(omni.kit, "menu", package, raising=False)

    async def go():
        started = extension.ScenewrightUiExtension()
        started.on_startup("scenewright.ui-0.1.0")
        (name, (folder,)), = there
        entry = folder.sub_menu[0]
        assert (name, folder.name, entry.name) == ("Tools", "Replicator", "Scenewright")
        assert not entry.ticked_fn()
        started.toggle()
        assert entry.ticked_fn()
        started.on_shutdown()

    run(go())
    assert there == []
