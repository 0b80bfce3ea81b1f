"""``rep.create.projection_material`` and ``rep.modify.projection_material``: decals on surfaces."""

from typing import Any

from pxr import Usd

from scenewright.replicator.functional import modify as write
from scenewright.replicator.functional.prim_arguments import resolve_parent, resolve_prim
from scenewright.replicator.functional.prim_definition import unique_paths
from scenewright.replicator.graph.creating import ROOT
from scenewright.replicator.graph.decals import Decal
from scenewright.replicator.graph.item import ReplicatorItem
from scenewright.replicator.graph.node import ActionNode, PrimsNode
from scenewright.replicator.graph.posing import pose_prims
from scenewright.replicator.graph.sampling import rows
from scenewright.replicator.graph.targets import prims_node, target_node
from scenewright.replicator.session import current_session

__all__ = ["create_projection", "modify_projection"]


def create_projection(proxy_prim: Any, semantics: Any = None, material: Any = None, offset_scale: float = 0.01,
                      input_prims: Any = None, name: str | None = None) -> ReplicatorItem:
    """Project a picture on prims: a decal, such as a sticker or a scratch, that is labelled and textured on its own.

    The decal is a mesh just above the surfaces inside the proxy's box that face its +Z. It follows the proxy and the prims
    when they move; change its pictures and its place with ``rep.modify.projection_material``.

    Args:
        proxy_prim: Prim whose box the picture fills and whose -Z it is projected along, such as a plane or a cube; make it
            invisible if it is not to be seen itself.
        semantics: Labels of the decal.
        material: Material of the decal; None = an OmniPBR of its own.
        offset_scale: Height above the surface as a share of the decal's shorter side.
        input_prims: Meshes or shapes that are projected on; None = those of the context.
        name: Prim name in place of "Projection".

    Returns:
        An item for the decal's mesh.

    Raises:
        OrchestratorError: There are no prims to project on.
        ValueError: The offset is negative, or ``proxy_prim`` or ``material`` names no prim.
    """
    if not 0.0 <= float(offset_scale) < float("inf"):
        raise ValueError(f"rep.create.projection_material: offset_scale is a number of at least 0, got {offset_scale!r}.")
    graph = current_session().graph
    targets = target_node(input_prims, graph, "rep.create.projection_material")
    proxy = prims_node(proxy_prim, graph)
    if not proxy.prims():
        raise ValueError(f"rep.create.projection_material: proxy_prim {proxy_prim!r} stands for no prim.")
    stage, parent = resolve_parent(ROOT, graph.stage)
    bound = None if material is None else resolve_prim(material, stage)
    decal = Decal(stage, unique_paths(stage, parent, name or "Projection")[0], proxy, targets, bound, float(offset_scale))
    if semantics is not None:
        write.semantics([decal.prim], semantics)
    graph.decals[decal.prim.GetPath()] = decal
    layer = graph.layers.active

    def follow() -> None:
        with graph.layers.writing(layer):
            decal.follow()

    graph.followers.append(follow)
    path = decal.prim.GetPath()
    return ReplicatorItem(PrimsNode(graph, "create.projection_material", lambda: [stage.GetPrimAtPath(path)], name=name))


def modify_projection(position: Any = None, rotation: Any = None, scale: Any = None, texture_group: Any = None,
                      diffuse: Any = None, normal: Any = None, roughness: Any = None, metallic: Any = None,
                      input_prims: Any = None) -> ReplicatorItem:
    """Change decals of ``rep.create.projection_material``: where they are projected from, and their pictures.

    Args:
        position: Local translation of their proxy prims [stage units].
        rotation: Euler angles of their proxy prims [degrees].
        scale: One factor or three, of their proxy prims.
        texture_group: Pictures that belong together: ``{"diffuse": file, "normal": file, …}`` or a sequence (diffuse, normal,
            roughness, metallic), or a distribution of such. Pictures that are given one by one come first.
        diffuse: Image file, or a distribution of files; cut out along its alpha.
        normal: Image file of the tangent-space normals.
        roughness: Image file of the roughness.
        metallic: Image file of the metallic share.
        input_prims: Decals; None = those of the context.

    Raises:
        OrchestratorError: There are no prims to act on, or one of them is no decal.
    """
    pictures = {"diffuse": diffuse, "normal": normal, "roughness": roughness, "metallic": metallic}
    inputs = {"position": position, "rotation": rotation, "scale": scale, "texture_group": texture_group, **pictures}

    def apply(node: ActionNode) -> None:
        prims = node.prims()
        decals = [_decal(node, prim) for prim in prims]
        pose_prims(_PoseOf(node), [decal.proxy.prims()[0] for decal in decals])
        columns = {key: list(rows(node.inputs[key], len(prims))) for key in (*pictures, "texture_group")}
        for row, decal in enumerate(decals):
            group = columns["texture_group"][row]
            own = {} if group is None else dict(group) if isinstance(group, dict) else dict(zip(pictures, group, strict=False))
            decal.paint(own | {key: columns[key][row] for key in pictures if columns[key][row] is not None})

    graph = current_session().graph
    targets = target_node(input_prims, graph, "rep.modify.projection_material")
    return ActionNode(graph, "modify.projection_material", apply, inputs=inputs, targets=targets).item


class _PoseOf:
    """The pose inputs of a node; what ``pose_prims`` needs of it."""

    def __init__(self, node: ActionNode) -> None:
        self.graph = node.graph
        self.inputs = {key: node.inputs[key] for key in ("position", "rotation", "scale")}


def _decal(node: ActionNode, prim: Usd.Prim) -> Decal:
    if prim.GetPath() not in node.graph.decals:
        raise ValueError(f"{prim.GetPath()} is no decal of rep.create.projection_material.")
    return node.graph.decals[prim.GetPath()]
