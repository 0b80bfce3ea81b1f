"""Errors of the graph and of the capture loop."""

__all__ = ["OrchestratorError"]


class OrchestratorError(RuntimeError):
    """The orchestrator cannot do what was asked, or a step failed; the message says why and what to do."""
