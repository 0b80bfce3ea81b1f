"""The meshes in use: equal meshes are one record, whether they are instanced, referenced twice or merely equal."""

from scenewright.render.scene.meshes import MeshSource, build_mesh
from scenewright.render.scene.records import MeshRecord

__all__ = ["MeshLibrary"]


class MeshLibrary:
    """Mesh records by key. The key is the path of the first mesh with this content and outlives changes of its content."""

    def __init__(self) -> None:
        self.records: dict[str, MeshRecord] = {}
        self._key_of_digest: dict[str, str] = {}
        self._digest_of_key: dict[str, str] = {}

    def add(self, source: MeshSource, replaces: str = "", shared: bool = False) -> str:
        """Return the key of the record for ``source``, triangulating it only if no equal mesh is held.

        Args:
            source: The mesh as read.
            replaces: Key that this prim's mesh had before, or empty.
            shared: Whether other prims use ``replaces`` too; if not, the key is kept for the new content.

        Returns:
            The key, or "" where the mesh has no triangle.
        """
        digest = source.digest()
        known = self._key_of_digest.get(digest)
        if known is not None:
            return known
        record = build_mesh(source)
        if record is None:
            return ""
        key = replaces if replaces and not shared else self._free_key(source.path, digest)
        self._key_of_digest.pop(self._digest_of_key.get(key, ""), None)
        self.records[key] = record
        self._key_of_digest[digest] = key
        self._digest_of_key[key] = digest
        return key

    def keep_only(self, keys: set[str]) -> None:
        """Forget every mesh that is not in ``keys``."""
        for key in self.records.keys() - keys:
            del self.records[key]
            self._key_of_digest.pop(self._digest_of_key.pop(key), None)

    def _free_key(self, path: str, digest: str) -> str:
        return path if path not in self.records else f"{path}#{digest[:12]}"
