import pytest

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.images import srgb_to_linear
from scenewright.sdg.assets.mtl import read_materials
from scenewright.sdg.assets.sources import FolderFiles, Source


@pytest.fixture
def look(tmp_path):
    """A function from MTL statements to (look, images, notes)."""

    def read(text, **files):
        folder = tmp_path / "m"
        folder.mkdir(exist_ok=True)
        (folder / "a.mtl").write_text("newmtl m\n" + text)
        for name, data in files.items():
            (folder / name.replace("__", ".")).write_bytes(data)
        looks, images, notes = read_materials(Source(FolderFiles(folder), "a.obj"), ["a.mtl"], ["m"])
        return looks["m"], images, notes

    return read


def test_colours_are_display_colours(look):
    assert look("Kd 0.5 1 0\n")[0].color == pytest.approx((0.214041, 1.0, 0.0), abs=1e-5)
    assert look("Kd 0.5\n")[0].color == pytest.approx((0.214041,) * 3, abs=1e-5)


def test_the_diffuse_intensity_of_old_blender_is_undone(tmp_path):
    def colors(text):
        (tmp_path / "b.mtl").write_text(text)
        looks, _, _ = read_materials(Source(FolderFiles(tmp_path), "a.obj"), ["b.mtl"], ["a", "b"])
        return looks["a"].color[0], looks["b"].color[0]

    header = "# Blender MTL File: 'x.blend'\n"
    dim, bright = "newmtl a\nKd 0.64 0.64 0.64\nnewmtl b\nKd 0.4 0 0\n", "newmtl a\nKd 0.64 0 0\nnewmtl b\nKd 0.9 0 0\n"
    assert colors(header.replace("Blender", "Blender3D") + dim) == colors(header + dim) != colors("#" + dim)
    assert colors(header + dim) == pytest.approx((srgb_to_linear(0.8), srgb_to_linear(0.5)))
    assert colors(dim) == pytest.approx((srgb_to_linear(0.64), srgb_to_linear(0.4)))
    assert colors(header + bright) == pytest.approx((srgb_to_linear(0.64), srgb_to_linear(0.9)))


@pytest.mark.parametrize(("text", "roughness"), [("Ks 0 0 0\nNs 500\n", 0.9), ("Ks 1 1 1\nNs 0\n", 1.0),
                                                 ("Ks 1 1 1\nNs 30\n", 0.5), ("Ks 1 1 1\nNs 510\n", 0.25)])
def test_shininess_becomes_roughness(look, text, roughness):
    assert look(text)[0].roughness == pytest.approx(roughness, abs=1e-4)


@pytest.mark.parametrize(("text", "opacity"), [("d 0.25\n", 0.25), ("Tr 0.25\n", 0.75), ("", 1.0), ("d -halo 0.2\n", 1.0),
                                               ("d 7\n", 1.0)])
def test_opacity(look, text, opacity):
    assert look(text)[0].opacity == opacity


def test_a_map_replaces_the_colour(look, png):
    surface, images, _ = look("Kd 0.64 0 0\nmap_Kd wood.png\n", wood__png=png())
    assert (surface.color_map, surface.tint) == ("wood.png", (1.0, 1.0, 1.0))
    assert images == {"wood.png": png()}


def test_alpha_of_a_map_and_an_opacity_map(look, png):
    surface, _, _ = look("map_Kd leaf.png\n", leaf__png=png((0, 255, 0, 0), "RGBA"))
    assert (surface.opacity_map, surface.opacity_channel) == ("leaf.png", "a")
    surface, _, _ = look("map_Kd leaf.png\n", leaf__png=png((0, 255, 0, 255), "RGBA"))
    assert surface.opacity_map == ""
    surface, _, _ = look("map_d mask.png\n", mask__png=png(128, "L"))
    assert (surface.opacity_map, surface.opacity_channel) == ("mask.png", "r")


@pytest.mark.parametrize("reference", ["Wood.PNG", "-s 2 2 2 -o 0.5 wood.png", "C:/Users/me/My Pictures/wood.png",
                                       "/Users/me/wood.png", "wood.png# Blender MTL File: 'x.blend'", "-bm 0.3 wood.png"])
def test_the_file_is_found_as_authors_wrote_it(look, png, reference):
    assert look(f"map_Kd {reference}\n", wood__png=png())[0].color_map == "wood.png"


def test_what_is_not_there_is_noted(look):
    surface, images, notes = look("Kd 1 0 0\nmap_Kd gone.png\n")
    assert (surface.color_map, images) == ("", {})
    assert notes == ["textures that are not there: gone.png"]


def test_materials_that_no_library_has_are_plain_or_glass(look, tmp_path):
    look("")
    looks, _, notes = read_materials(Source(FolderFiles(tmp_path / "m"), "a.obj"), ["a.mtl", "b.mtl"], ["dark_Glass", "x", "m"])
    assert looks["dark_Glass"].opacity == 0.25 and looks["x"].opacity == 1.0
    assert notes == ["material library 'b.mtl' is not there", "2 of its materials are in no library: dark_Glass, x"]


@pytest.mark.parametrize("reference", ["../secret.png", "a/../../secret.png", "http://example.com/a.png", "..\\secret.png"])
def test_paths_that_lead_out_are_refused(look, png, tmp_path, reference):
    (tmp_path / "secret.png").write_bytes(png())
    with pytest.raises(AssetError, match=r"leads out|never URLs"):
        look(f"map_Kd {reference}\n")


def test_a_damaged_texture_is_refused(look, png):
    with pytest.raises(AssetError, match=r"'wood\.png' is damaged"):
        look("map_Kd wood.png\n", wood__png=png(size=(64, 64))[:-30])
    with pytest.raises(AssetError, match=r"is none of"):
        look("map_Kd wood.png\n", wood__png=b"no image at all")
