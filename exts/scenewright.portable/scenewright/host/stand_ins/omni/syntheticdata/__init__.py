"""``omni.syntheticdata``: the semantic filter of all annotators, and what scripts bind annotators to OmniGraph nodes with."""

from typing import Any

from scenewright.host.settings import get_settings

__all__ = ["SyntheticData"]

_FILTER = "/scenewright/annotators/semanticFilter"


class SyntheticData:
    """The interface that ``SyntheticData.Get()`` returns."""

    class NodeConnectionTemplate:
        """Connection of a node template; kept, since there is no OmniGraph outside Kit."""

        def __init__(self, node_template_id: str, *args: Any, **kwargs: Any) -> None:
            self.node_template_id, self.args, self.kwargs = node_template_id, args, kwargs

    class NodeTemplate:
        """Template of a node; kept, since there is no OmniGraph outside Kit."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self.args, self.kwargs = args, kwargs

    @staticmethod
    def Get() -> "SyntheticData":
        """Return the interface."""
        return SyntheticData()

    def set_instance_mapping_semantic_filter(self, predicate: str = "") -> None:
        """Set the semantic filter of all annotators that have none of their own, such as "class: car | truck"; "" keeps all."""
        get_settings().set(_FILTER, str(predicate or ""))

    def get_instance_mapping_semantic_filter(self) -> str:
        """Return the filter, "" when none is set."""
        return get_settings().get_as_string(_FILTER) or ""
