"""Render products: which camera is rendered at which resolution, and who wants to see it."""

from collections.abc import Sequence
from typing import Any

from pxr import Gf, Sdf, Tf, Usd, UsdGeom, UsdRender

from scenewright.host.app import get_app
from scenewright.replicator.functional.prim_arguments import resolve_prims
from scenewright.replicator.session import Session, current_session
from scenewright.replicator.tiled_frame import tile_grid

__all__ = ["HydraTexture", "RenderProduct", "create_render_products", "create_tiled_render_product", "find_render_product",
           "find_render_products"]

#: How the products of Kit's viewports are called, which only those get that ask a viewport for one.
_VIEWPORT = "omni_kit_widget_viewport_ViewportTexture_"

#: Where Kit keeps the prims of its render products.
_SCOPE = "/Render/OmniverseKit/HydraTextures"


class HydraTexture:
    """The switch that scripts reach as ``render_product.hydra_texture``."""

    def __init__(self, product: "RenderProduct") -> None:
        self._product = product

    def set_updates_enabled(self, enabled: bool) -> None:
        """Render the product in coming steps or leave it out, with its annotators and writers."""
        self._product.enabled = bool(enabled)

    @property
    def updates_enabled(self) -> bool:
        """Whether the product is rendered."""
        return self._product.enabled

    def get_render_product_path(self) -> str:
        """Return the path of the product's prim."""
        return self._product.path


class RenderProduct:
    """One camera at one resolution (width, height) in pixels. Made by ``rep.create.render_product``.

    Attributes:
        name: Unique name; writers use it for folders.
        tiles: Paths of the cameras of a tiled product; empty for a product of one camera.
        annotators: Attached annotators, in the order attached.
        enabled: Whether steps render it.
        last_update: Number of the application update at which it was rendered last, or made.
    """

    def __init__(self, session: Session, name: str, camera: Usd.Prim, resolution: tuple[int, int],
                 render_vars: Sequence[str] = (), tiles: Sequence[str] = ()) -> None:
        self.name = name
        self.tiles = tuple(tiles)
        self._camera_path = str(camera.GetPath())
        self._resolution = resolution
        self.last_update = get_app().get_update_number()
        self.render_vars = tuple(render_vars)
        self.annotators: list[Any] = []
        self.enabled = True
        self.hydra_texture = HydraTexture(self)
        self._session: Session | None = session
        self._path = f"{_SCOPE}/{Tf.MakeValidIdentifier(name)}"
        self._author()
        session.render_products[self._path] = self

    @property
    def path(self) -> str:
        """Path of the product's prim."""
        return self._path

    @property
    def camera_path(self) -> str:
        """Path of the camera prim, as the product's prim says; of the first one where there are tiles."""
        targets = UsdRender.Product(self._prim()).GetCameraRel().GetTargets() if self._prim() else ()
        return str(targets[0]) if targets else self._camera_path

    @property
    def resolution(self) -> tuple[int, int]:
        """(width, height) in pixels, as the product's prim says."""
        size = UsdRender.Product(self._prim()).GetResolutionAttr().Get() if self._prim() else None
        return self._resolution if size is None else (int(size[0]), int(size[1]))

    @property
    def is_valid(self) -> bool:
        """Whether the product exists: it was not destroyed and its stage is open."""
        return self._session is not None

    def destroy(self) -> None:
        """Remove the product and free its name; doing it twice is harmless."""
        session, self._session = self._session, None
        if session is None:
            return
        session.render_products.pop(self._path, None)
        self.annotators.clear()
        with Usd.EditContext(session.stage, session.stage.GetSessionLayer()):
            session.stage.RemovePrim(self._path)

    def invalidate(self) -> None:
        """Let go of a stage that is being closed."""
        self._session = None
        self.annotators.clear()

    def _prim(self) -> Usd.Prim | None:
        return self._session.stage.GetPrimAtPath(self._path) if self._session is not None else None

    def _author(self) -> None:
        """Define the prim in the session layer, so that the user's layers stay as they are."""
        stage = self._session.stage
        with Usd.EditContext(stage, stage.GetSessionLayer()):
            for scope in (Sdf.Path(_SCOPE).GetPrefixes()):
                if not stage.GetPrimAtPath(scope):
                    UsdGeom.Scope.Define(stage, scope)
            product = UsdRender.Product.Define(stage, self._path)
            product.CreateCameraRel().SetTargets(list(self.tiles or [self._camera_path]))
            product.CreateResolutionAttr(Gf.Vec2i(*self._resolution))
            product.CreateOrderedVarsRel()

    def __repr__(self) -> str:
        return f"RenderProduct({self._path!r}, camera={self.camera_path!r}, resolution={self.resolution})"


def create_render_products(camera: Any, resolution: Any, force_new: bool = False, name: Any = None,
                           render_vars: Sequence[str] | None = None) -> RenderProduct | list[RenderProduct]:
    """Make or find the products behind ``rep.create.render_product``: see there."""
    session = current_session()
    groups = [_cameras_of(prim) for prim in resolve_prims(camera, session.stage)]
    if not groups:
        raise ValueError(f"render_product: {camera!r} holds no camera.")
    size = _checked_resolution(resolution)
    products = []
    for group, wanted in zip(groups, _checked_names(name, len(groups)), strict=True):
        suffixes = ("_L", "_R") if len(group) == 2 else ("",)
        named = [None if wanted is None and not suffix else f"{wanted or 'Replicator'}{suffix}" for suffix in suffixes]
        products += [_product(session, prim, size, force_new, each, render_vars or ())
                     for prim, each in zip(group, named, strict=True)]
    several = len(products) > 1 or isinstance(camera, list | tuple)
    return products if several else products[0]


def create_tiled_render_product(cameras: Any, tile_resolution: Any, name: str | None, force_new: bool) -> RenderProduct:
    """Make or find the product behind ``rep.create.render_product_tiled``: see there."""
    session = current_session()
    paths = [str(camera.GetPath()) for prim in resolve_prims(cameras, session.stage) for camera in _cameras_of(prim)]
    if not paths:
        raise ValueError(f"render_product_tiled: {cameras!r} holds no camera.")
    width, height = _checked_resolution(tile_resolution)
    rows, columns = tile_grid(len(paths))
    size = (columns * width, rows * height)
    if name is None and not force_new:
        for product in session.render_products.values():
            if product.tiles == tuple(paths) and product.resolution == size:
                return product
    first = session.stage.GetPrimAtPath(paths[0])
    return RenderProduct(session, _free_name(session, name or "Replicator"), first, size, tiles=paths)


def find_render_product(value: Any) -> RenderProduct:
    """Return the product that ``value`` names: a product, the path or the prim of one, or a list with one.

    Raises:
        ValueError: There is no such product, or it was destroyed.
        TypeError: ``value`` is something else.
    """
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, RenderProduct):
        if not value.is_valid:
            raise ValueError(f"{value!r} does not exist any more: it was destroyed or its stage was closed.")
        return value
    if isinstance(value, Usd.Prim):
        value = value.GetPath()
    if not isinstance(value, str | Sdf.Path):
        raise TypeError(f"Expected a render product or the path of one, got {value!r} ({type(value).__name__}).")
    products = current_session().render_products
    if str(value) not in products:
        raise ValueError(f"There is no render product at {str(value)!r}. Existing: {', '.join(products) or 'none'}.")
    return products[str(value)]


def find_render_products(value: Any) -> list[RenderProduct]:
    """Return the products that ``value`` names: one or a list (nested lists are flattened).

    Raises:
        ValueError: There is no such product.
        TypeError: An entry is something else.
    """
    if isinstance(value, list | tuple):
        return [product for entry in value for product in find_render_products(entry)]
    return [find_render_product(value)]


def _product(session: Session, camera: Usd.Prim, resolution: tuple[int, int], force_new: bool, name: str | None,
             render_vars: Sequence[str]) -> RenderProduct:
    if name is None and not force_new:
        for product in session.render_products.values():
            shared = not product.tiles and not product.name.startswith(_VIEWPORT)
            if shared and product.camera_path == str(camera.GetPath()) and product.resolution == resolution:
                return product
    return RenderProduct(session, _free_name(session, name or "Replicator"), camera, resolution, render_vars)


def _free_name(session: Session, wanted: str) -> str:
    taken = {product.name for product in session.render_products.values()}
    paths = {path.rpartition("/")[2] for path in session.render_products}
    name, number = wanted, 0
    while name in taken or Tf.MakeValidIdentifier(name) in paths:
        number += 1
        name = f"{wanted}_{number:02d}"
    return name


def _cameras_of(prim: Usd.Prim) -> list[Usd.Prim]:
    """Return the camera ``prim``, or the one below the Xform of ``rep.create.camera``, or both of a stereo camera."""
    if prim.IsA(UsdGeom.Camera):
        return [prim]
    below = [child for child in prim.GetChildren() if child.IsA(UsdGeom.Camera)]
    if below:
        sides = [next((child for child in below if child.GetName().endswith(side)), None) for side in ("_Left", "_Right")]
        return sides if None not in sides else below[:1]
    raise ValueError(f"render_product: the prim {prim.GetPath()} is of type '{prim.GetTypeName()}', not a camera. "
                     f"Cameras on this stage: {', '.join(_camera_paths(prim.GetStage())) or 'none'}.")


def _camera_paths(stage: Usd.Stage) -> list[str]:
    return [str(prim.GetPath()) for prim in stage.Traverse() if prim.IsA(UsdGeom.Camera)]


def _checked_resolution(resolution: Any) -> tuple[int, int]:
    try:
        width, height = (int(value) for value in resolution)
    except (TypeError, ValueError):
        raise TypeError(f"render_product: resolution is (width, height) in pixels, got {resolution!r}.") from None
    if width < 1 or height < 1:
        raise ValueError(f"render_product: resolution must be positive, got {resolution!r}.")
    return width, height


def _checked_names(name: Any, count: int) -> list[str | None]:
    if name is None:
        return [None] * count
    names = [str(entry) for entry in name] if isinstance(name, list | tuple) else [str(name)] * count
    if len(names) != count:
        raise ValueError(f"render_product: {len(names)} names for {count} cameras: {names!r}. Give one name per camera.")
    if not all(names):
        raise ValueError("render_product: a name must not be empty.")
    return names
