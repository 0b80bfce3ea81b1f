"""Trees of eight children a node, made from those that Warp builds (see kernels/wide_bvh.py)."""

import warp as wp

from scenewright.render.kernels.wide_bvh import BLOCK_FLOATS, NODE_FLOATS, fold_tree

__all__ = ["fold_bvh", "fold_mesh"]


def fold_mesh(mesh: wp.Mesh) -> tuple[wp.array, wp.array]:
    """Return nodes and triangle blocks of a mesh on the CPU, each flat float32."""
    return _fold(mesh.id, 1, BLOCK_FLOATS)


def fold_bvh(bvh: wp.Bvh) -> tuple[wp.array, wp.array]:
    """Return nodes and boxes (the bits of int32) of a tree on the CPU, each flat float32."""
    return _fold(bvh.id, 0, 1)


def _fold(tree: int, is_mesh: int, block_size: int) -> tuple[wp.array, wp.array]:
    sizes = wp.empty(2, dtype=wp.int32, device="cpu")
    nodes = blocks = wp.empty(0, dtype=wp.float32, device="cpu")
    wp.launch(fold_tree, 1, inputs=[tree, is_mesh], outputs=[nodes, blocks, sizes], device="cpu")
    node_count, block_count = (int(size) for size in sizes.numpy())
    nodes = wp.empty(node_count * NODE_FLOATS, dtype=wp.float32, device="cpu")
    blocks = wp.empty(block_count * block_size, dtype=wp.float32, device="cpu")
    wp.launch(fold_tree, 1, inputs=[tree, is_mesh], outputs=[nodes, blocks, sizes], device="cpu")
    return nodes, blocks
