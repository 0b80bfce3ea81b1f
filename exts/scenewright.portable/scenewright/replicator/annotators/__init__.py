"""``rep.annotators``: what can be read from a rendered frame."""

from scenewright.replicator.annotators.annotator import Annotator
from scenewright.replicator.annotators.augmentation import Augmentation
from scenewright.replicator.annotators.registry import (
    AnnotatorRegistry,
    AnnotatorRegistryError,
    augment,
    augment_compose,
    get,
    get_augmentation,
    register,
    register_augmentation,
)
from scenewright.replicator.annotators.template import AnnotatorError, AnnotatorTemplate

__all__ = ["Annotator", "AnnotatorError", "AnnotatorRegistry", "AnnotatorRegistryError", "AnnotatorTemplate", "Augmentation",
           "augment", "augment_compose", "get", "get_augmentation", "register", "register_augmentation"]
