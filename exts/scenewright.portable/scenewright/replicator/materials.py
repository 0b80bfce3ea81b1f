"""``rep.create.material_omnipbr``: materials whose values may be drawn."""

from typing import Any, NoReturn

from pxr import Usd, UsdGeom

from scenewright.replicator.availability import unsupported
from scenewright.replicator.functional import modify as write
from scenewright.replicator.functional.material_definition import define_materials, write_material_inputs
from scenewright.replicator.functional.prim_arguments import resolve_parent
from scenewright.replicator.functional.prim_definition import unique_paths
from scenewright.replicator.graph.creating import ROOT, checked_count, static_inputs
from scenewright.replicator.graph.item import ReplicatorItem
from scenewright.replicator.graph.node import ActionNode, PrimsNode
from scenewright.replicator.graph.sampling import is_dynamic, sampled
from scenewright.replicator.session import current_session

__all__ = ["material_omnipbr", "mdl_from_json"]

_OMNIPBR = {
    "diffuse": "diffuse_color_constant", "diffuse_texture": "diffuse_texture", "roughness": "reflection_roughness_constant",
    "roughness_texture": "reflectionroughness_texture", "metallic": "metallic_constant", "metallic_texture": "metallic_texture",
    "specular": "specular_level", "emissive_color": "emissive_color", "emissive_texture": "emissive_color_texture",
    "emissive_intensity": "emissive_intensity",
}


def material_omnipbr(diffuse: Any = None, diffuse_texture: Any = None, roughness: Any = None, roughness_texture: Any = None,
                     metallic: Any = None, metallic_texture: Any = None, specular: Any = None, emissive_color: Any = None,
                     emissive_texture: Any = None, emissive_intensity: Any = 0.0, project_uvw: bool = False,
                     semantics: Any = None, count: int = 1) -> ReplicatorItem:
    """Create ``count`` OmniPBR materials; every value may be a distribution, drawn for each material.

    Args:
        diffuse: Base colour, linear Rec.709.
        diffuse_texture: Image file of it.
        roughness: 0 to 1.
        roughness_texture: Image file of it.
        metallic: 0 to 1.
        metallic_texture: Image file of it.
        specular: Specular level, 0.5 = by index of refraction.
        emissive_color: Colour of emission.
        emissive_texture: Image file of it.
        emissive_intensity: Strength of emission; it is on when this is drawn or above 0.
        project_uvw: World-space texture coordinates.
        semantics: Labels of the materials.
        count: Number of materials in the item.

    Raises:
        ValueError: A value does not fit.
        TypeError: A value is of the wrong kind.
    """
    given = {"diffuse": diffuse, "diffuse_texture": diffuse_texture, "roughness": roughness,
             "roughness_texture": roughness_texture, "metallic": metallic, "metallic_texture": metallic_texture,
             "specular": specular, "emissive_color": emissive_color, "emissive_texture": emissive_texture,
             "emissive_intensity": emissive_intensity}
    values = {_OMNIPBR[key]: value for key, value in given.items() if value is not None}
    extra = {"project_uvw": True} if project_uvw else {}
    if is_dynamic(emissive_intensity) or float(emissive_intensity) > 0.0:
        extra["enable_emission"] = True
    for key in ("roughness", "metallic"):
        if given[f"{key}_texture"] is not None:
            prefix = "reflection_roughness" if key == "roughness" else "metallic"
            extra[f"{prefix}_texture_influence"] = 1.0
    graph = current_session().graph
    stage, parent = resolve_parent(f"{ROOT}/Looks", graph.stage)
    _define_scope(stage, str(parent))
    paths = unique_paths(stage, parent, "OmniPBR", checked_count("create.material_omnipbr", count))
    textures = {key: "" for key, value in values.items() if key.endswith("_texture") and is_dynamic(value)}
    made = define_materials(stage, paths, "OmniPBR.mdl", {**textures, **static_inputs(values), **extra})
    if semantics is not None:
        write.semantics(made, semantics)
    node = PrimsNode(graph, "create.material_omnipbr", lambda: made, inputs=values)
    node.prims()
    _draw_materials(node, [key for key, value in values.items() if is_dynamic(value)])
    return ReplicatorItem(node)


def mdl_from_json(material_def: Any = None, material_def_path: str | None = None) -> NoReturn:
    """Refuse graphs of MDL modules, which only RTX evaluates.

    Raises:
        FeatureUnavailableError: Always.
    """
    unsupported("rep.create.mdl_from_json (a graph of MDL modules, which needs RTX)",
                "Use rep.create.material_omnipbr or rep.functional.create.material(mdl='OmniPBR.mdl').")


def _define_scope(stage: Usd.Stage, path: str) -> None:
    if not stage.GetPrimAtPath(path):
        UsdGeom.Scope.Define(stage, path)


def _draw_materials(node: PrimsNode, names: list[str]) -> None:
    if not names:
        return

    def apply(action: ActionNode) -> None:
        materials = action.prims()
        drawn = {key: sampled(node.inputs[key], len(materials)) for key in names}
        write_material_inputs(materials, {key: list(value) for key, value in drawn.items()})

    ActionNode(node.graph, "create.material_omnipbr", apply, targets=node)
