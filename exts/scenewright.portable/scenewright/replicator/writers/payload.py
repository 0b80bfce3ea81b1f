"""What ``Writer.write`` gets: the data of all annotators of all its render products, in one of three orders.

Every payload has ``"trigger_outputs"`` (``{"on_frame": n}``: which trigger fired, and how often before), ``"reference_time"``
(numerator and denominator of the time [s]), and ``"distribution_outputs"`` (values of named distributions). Beside them:

- ``"legacy"``: ``payload["rgb"]``, an array, ``{"data", "info"}`` or a dict; with several products
  ``payload["rgb-<product>"]``; and ``payload["rp_<product>"] = {"camera", "resolution"}``.
- ``"renderProduct"``: ``payload["renderProducts"][product] = {"camera", "resolution", "rgb": {"data", …}, …}``.
- ``"annotator"``: ``payload["annotators"]["rgb"][product] = {"data", …}`` and ``payload["renderProducts"][product]``.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from scenewright.replicator.session import open_session

if TYPE_CHECKING:
    from scenewright.replicator.capture import Capture
    from scenewright.replicator.writers.writer import Writer

__all__ = ["build_payload"]


def build_payload(writer: "Writer", captures: "Iterable[Capture]") -> dict[str, Any]:
    """Return the payload of ``writer`` for the captures of its products, and leave it with the writer (``get_data``).

    Args:
        writer: An attached writer; its annotators have taken in the captures.
        captures: One capture for each of its enabled products, at least one.

    Returns:
        The payload in the order of ``writer.data_structure``.
    """
    captures = list(captures)
    payload = _common(captures[0])
    fill = {"legacy": _legacy, "renderProduct": _by_product, "annotator": _by_annotator}[writer.data_structure]
    fill(payload, writer, captures)
    writer._receive(payload)
    return payload


def _common(capture: "Capture") -> dict[str, Any]:
    session = open_session()
    graph = session.graph if session is not None and session.stage == capture.stage else None
    fired = graph.trigger_outputs() if graph is not None else {}
    return {
        "trigger_outputs": fired or {"on_frame": graph.frame if graph is not None else 0},
        "reference_time": capture.reference_time,
        "distribution_outputs": dict(graph.distribution_outputs) if graph is not None else {},
    }


def _product_info(capture: "Capture") -> dict[str, Any]:
    return {"camera": str(capture.render_product.camera_path), "resolution": tuple(capture.render_product.resolution)}


def _legacy(payload: dict[str, Any], writer: "Writer", captures: "list[Capture]") -> None:
    several = len(writer._render_products) > 1
    for capture in captures:
        product = capture.render_product
        payload[f"rp_{product.name}"] = _product_info(capture)
        for annotator in writer.annotators:
            name = f"{annotator.get_name()}-{product.name}" if several else annotator.get_name()
            payload[name] = annotator.data_of(product.path, use_legacy_structure=True)


def _by_product(payload: dict[str, Any], writer: "Writer", captures: "list[Capture]") -> None:
    payload["renderProducts"] = {
        capture.render_product.name: _product_info(capture) | {
            annotator.get_name(): annotator.data_of(capture.render_product.path, use_legacy_structure=False)
            for annotator in writer.annotators}
        for capture in captures}


def _by_annotator(payload: dict[str, Any], writer: "Writer", captures: "list[Capture]") -> None:
    payload["annotators"] = {
        annotator.get_name(): {
            capture.render_product.name: annotator.data_of(capture.render_product.path, use_legacy_structure=False)
            for capture in captures}
        for annotator in writer.annotators}
    payload["renderProducts"] = {capture.render_product.name: _product_info(capture) for capture in captures}
