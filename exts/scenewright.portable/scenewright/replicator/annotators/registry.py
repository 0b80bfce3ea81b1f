"""Annotators by name: ``rep.annotators.get("rgb")`` and the registry behind it."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from scenewright.replicator.annotators.amodal_segmentation import AmodalSegmentation, Occluders
from scenewright.replicator.annotators.annotator import Annotator
from scenewright.replicator.annotators.attribute import Attribute
from scenewright.replicator.annotators.augmentation import Augmentation
from scenewright.replicator.annotators.bounding_box_2d import BoundingBox2dLoose, BoundingBox2dTight
from scenewright.replicator.annotators.bounding_box_3d import BoundingBox3d, BoundingBox3d360
from scenewright.replicator.annotators.camera_params import CameraParams
from scenewright.replicator.annotators.cross_correspondence import CrossCorrespondence
from scenewright.replicator.annotators.derived import DerivedTemplate
from scenewright.replicator.annotators.distance_to_camera import DistanceToCamera
from scenewright.replicator.annotators.distance_to_image_plane import DistanceToImagePlane
from scenewright.replicator.annotators.hdr_color import HdrColor
from scenewright.replicator.annotators.instance_id_segmentation import InstanceIdSegmentation
from scenewright.replicator.annotators.instance_segmentation import InstanceSegmentation
from scenewright.replicator.annotators.motion_vectors import MotionVectors
from scenewright.replicator.annotators.normals import Normals
from scenewright.replicator.annotators.object_poses import Dope, Pose
from scenewright.replicator.annotators.occlusion import Occlusion
from scenewright.replicator.annotators.optical_flow import OpticalFlowBackward, OpticalFlowForward
from scenewright.replicator.annotators.pointcloud import Pointcloud
from scenewright.replicator.annotators.prim_paths import PrimPaths
from scenewright.replicator.annotators.reference_time import ReferenceTime
from scenewright.replicator.annotators.rgb import Rgb
from scenewright.replicator.annotators.semantic_segmentation import SemanticSegmentation
from scenewright.replicator.annotators.shaded_segmentation import ShadedInstanceIdSegmentation, ShadedInstanceSegmentation
from scenewright.replicator.annotators.skeleton_data import SkeletonData
from scenewright.replicator.annotators.surface_aovs import (
    BumpNormal,
    DepthLinearized,
    DiffuseAlbedo,
    EmissionAndForegroundMask,
    Motion2d,
    PtDiffuseFilter,
    PtSelfIllumination,
    PtWorldNormal,
    PtWorldPos,
    PtZDepth,
    Roughness,
    SmoothNormal,
)
from scenewright.replicator.annotators.template import AnnotatorTemplate
from scenewright.replicator.annotators.unavailable import OF_EXTENSIONS, UNAVAILABLE
from scenewright.replicator.augmentations_default import DEFAULT_AUGMENTATIONS
from scenewright.replicator.availability import unsupported

__all__ = ["AnnotatorRegistry", "AnnotatorRegistryError", "augment", "augment_compose", "get", "get_augmentation", "register",
           "register_augmentation"]

_TEMPLATES: tuple[type[AnnotatorTemplate], ...] = (
    CrossCorrespondence,
    Rgb, HdrColor, DistanceToCamera, DistanceToImagePlane, Normals, MotionVectors, SemanticSegmentation, InstanceSegmentation,
    InstanceIdSegmentation, BoundingBox2dTight, BoundingBox2dLoose, BoundingBox3d, BoundingBox3d360, Occlusion, CameraParams,
    Pointcloud, ReferenceTime, PrimPaths, SkeletonData, Attribute, ShadedInstanceSegmentation, ShadedInstanceIdSegmentation,
    SmoothNormal, BumpNormal, Motion2d, DepthLinearized, DiffuseAlbedo, Roughness, EmissionAndForegroundMask, PtWorldNormal,
    PtWorldPos, PtZDepth, PtDiffuseFilter, PtSelfIllumination, Dope, Pose, AmodalSegmentation, Occluders, OpticalFlowBackward,
    OpticalFlowForward)


class AnnotatorRegistryError(ValueError):
    """There is no annotator or augmentation of that name, or it cannot be registered."""


def _built_in() -> dict[str, AnnotatorTemplate]:
    return {name: template(name, fast) for template in _TEMPLATES
            for names, fast in ((template.names, False), (template.fast_names, True)) for name in names}


class AnnotatorRegistry:
    """The annotations and augmentations that scripts get by name."""

    _templates: ClassVar[dict[str, AnnotatorTemplate]] = _built_in()
    _custom: ClassVar[dict[str, Annotator]] = {}
    _node_annotators: ClassVar[dict[str, str]] = {}
    _augmentations: ClassVar[dict[str, Augmentation]] = {
        name: Augmentation.built_in(name) for name in DEFAULT_AUGMENTATIONS}
    _default_annotators: ClassVar[list[str]] = sorted(_templates)

    @classmethod
    def get_annotator(cls, name: str, init_params: Mapping[str, Any] | None = None,
                      render_product_idxs: Sequence[int] | None = None, device: str | None = None,
                      do_array_copy: bool = True) -> Annotator:
        """Return a new annotator.

        Args:
            name: A registered name.
            init_params: Its parameters; see the annotation's page (``annotator.docs``).
            render_product_idxs: Accepted for compatibility; an annotator serves what it is attached to.
            device: None or "cpu" for numpy arrays, "cuda" or "cuda:N" for ``wp.array`` there.
            do_array_copy: Whether ``get_data`` copies.

        Raises:
            AnnotatorRegistryError: There is no annotation of that name.
            AnnotatorError: A parameter is not known or not usable.
            FeatureUnavailableError: Replicator has it and the portable Replicator does not have it yet.
        """
        if name in cls._custom:
            return cls._custom[name].clone(name, init_params, device, do_array_copy)
        if name in cls._templates:
            return Annotator(name, cls._templates[name], init_params, device, do_array_copy)
        if name in cls._node_annotators:
            unsupported(f"The annotator '{name}', which is bound to {cls._node_annotators[name]},")
        if name in UNAVAILABLE:
            unsupported(f"The annotator '{name}', {UNAVAILABLE[name]}",
                        f"Available: {', '.join(cls.get_registered_annotators())}.")
        if name in OF_EXTENSIONS:
            raise AnnotatorRegistryError(_of_extension(name, OF_EXTENSIONS[name]))
        raise AnnotatorRegistryError(_unknown("annotator", name, cls.get_registered_annotators()))

    @classmethod
    def get_registered_annotators(cls) -> list[str]:
        """Return the names that :meth:`get_annotator` serves."""
        return sorted({*cls._templates, *cls._custom})

    @classmethod
    def register(cls, name: str, annotator: Annotator) -> None:
        """Make ``annotator`` (usually an augmented one) gettable as ``name``; each get gives a new, unattached copy.

        Raises:
            AnnotatorRegistryError: The name is taken by a built-in annotation, or it is no annotator.
        """
        if not isinstance(annotator, Annotator):
            raise AnnotatorRegistryError(f"register expects an annotator, got {type(annotator).__name__}.")
        if name in cls._templates:
            raise AnnotatorRegistryError(f"'{name}' is a built-in annotator. Register under another name.")
        cls._custom[name] = annotator.clone(name)

    @classmethod
    def set_default_parameters(cls, name: str, init_params: Mapping[str, Any]) -> None:
        """Make ``init_params`` what a built-in annotator is got with from now on, where nothing else is said.

        Raises:
            AnnotatorRegistryError: There is no built-in annotator of that name.
            AnnotatorError: A parameter is not known or not usable.
        """
        if name not in cls._templates:
            raise AnnotatorRegistryError(_unknown("annotator", name, sorted(cls._templates)))
        cls._custom[name] = Annotator(name, cls._templates[name], init_params)

    @classmethod
    def register_template(cls, template: type[AnnotatorTemplate]) -> type[AnnotatorTemplate]:
        """Add an annotation written as an AnnotatorTemplate; usable as a decorator.

        Raises:
            AnnotatorRegistryError: One of its names is taken.
        """
        taken = [n for n in (*template.names, *template.fast_names) if n in cls._templates]
        if taken:
            raise AnnotatorRegistryError(f"The annotator '{taken[0]}' exists already. Unregister it first.")
        cls._templates.update({name: template(name) for name in template.names})
        cls._templates.update({name: template(name, True) for name in template.fast_names})
        return template

    @classmethod
    def register_derived(cls, name: str, inputs: Callable[[Mapping[str, Any]], Mapping[str, tuple]],
                         function: Callable[..., Any], parameters: Mapping[str, Any] | None = None, docs: str = "") -> None:
        """Add an annotation that a function makes of other annotations; see :class:`DerivedTemplate`.

        The portable Replicator's own; Replicator in Kit binds such functions to OmniGraph nodes.

        Raises:
            AnnotatorRegistryError: The name is taken.
        """
        if name in cls._templates:
            raise AnnotatorRegistryError(f"The annotator '{name}' exists already. Unregister it first.")
        cls._templates[name] = DerivedTemplate(name, inputs, function, parameters or {}, docs, cls._template_of)

    @classmethod
    def _template_of(cls, name: str) -> AnnotatorTemplate:
        if name not in cls._templates:
            raise AnnotatorRegistryError(_unknown("annotator", name, sorted(cls._templates)))
        return cls._templates[name]

    @classmethod
    def unregister_annotator(cls, name: str) -> None:
        """Forget an annotation.

        Raises:
            AnnotatorRegistryError: There is none of that name.
        """
        if not any(table.pop(name, None) is not None for table in (cls._custom, cls._templates, cls._node_annotators)):
            raise AnnotatorRegistryError(_unknown("annotator", name, cls.get_registered_annotators()))

    @classmethod
    def register_annotator_from_aov(cls, aov: str, output_data_type: Any = None, output_channels: int | None = None,
                                    name: str | None = None, is_gpu_enabled: bool | None = None,
                                    on_attach_callback: Callable[..., Any] | None = None,
                                    documentation: str | None = None) -> None:
        """Accept an annotation bound to a render variable; it is served where ``aov`` is a built-in annotation."""
        if aov in cls._templates:
            cls._custom[name or aov] = Annotator(name or aov, cls._templates[aov])
        else:
            cls._node_annotators[name or aov] = f"the render variable '{aov}'"

    @classmethod
    def register_annotator_from_node(cls, name: str, input_rendervars: Sequence[Any], node_type_id: str,
                                     init_params: Mapping[str, Any] | None = None, render_product_idxs: Sequence[int] = (0,),
                                     output_rendervars: Sequence[Any] | None = None, output_data_type: Any = None,
                                     output_is_2d: bool = False, output_channels: int = 1, **kwargs: Any) -> None:
        """Accept an annotation bound to an OmniGraph node; getting it raises, since there is no OmniGraph outside Kit."""
        cls._node_annotators[name] = f"the OmniGraph node '{node_type_id}'"

    @classmethod
    def register_augmentation(cls, name: str, augmentation: Any) -> None:
        """Make an augmentation (or a function or kernel) gettable by name; a later one replaces an earlier."""
        cls._augmentations[name] = Augmentation.of(augmentation)

    @classmethod
    def get_augmentation(cls, name: str) -> Augmentation:
        """Return a registered augmentation.

        Raises:
            AnnotatorRegistryError: There is none of that name.
        """
        if name not in cls._augmentations:
            raise AnnotatorRegistryError(_unknown("augmentation", name, sorted(cls._augmentations)))
        return cls._augmentations[name]


def get(name: str, init_params: Mapping[str, Any] | None = None, render_product_idxs: Sequence[int] | None = None,
        device: str | None = None, do_array_copy: bool = True) -> Annotator:
    """Return a new annotator; see :meth:`AnnotatorRegistry.get_annotator`."""
    return AnnotatorRegistry.get_annotator(name, init_params, render_product_idxs, device, do_array_copy)


def register(name: str, annotator: Annotator) -> None:
    """Make an annotator gettable by name; see :meth:`AnnotatorRegistry.register`."""
    AnnotatorRegistry.register(name, annotator)


def register_augmentation(name: str, augmentation: Any) -> None:
    """Make an augmentation gettable by name."""
    AnnotatorRegistry.register_augmentation(name, augmentation)


def get_augmentation(name: str) -> Augmentation:
    """Return a registered augmentation; see :meth:`AnnotatorRegistry.get_augmentation`."""
    return AnnotatorRegistry.get_augmentation(name)


def augment(source_annotator: Annotator | str, augmentation: Any, data_out_shape: tuple[int, ...] | None = None,
            name: str | None = None, device: str | None = None, **kwargs: Any) -> Annotator:
    """Return a new annotator like ``source_annotator`` with one augmentation more; see :meth:`Annotator.augment`."""
    return _copy_of(source_annotator).augment(augmentation, data_out_shape, name, device, **kwargs)


def augment_compose(source_annotator: Annotator | str, augmentations: Sequence[Any], name: str | None = None) -> Annotator:
    """Return a new annotator like ``source_annotator`` with a chain of augmentations more."""
    return _copy_of(source_annotator).augment_compose(augmentations, name)


def _copy_of(annotator: Annotator | str) -> Annotator:
    return get(annotator) if isinstance(annotator, str) else annotator.clone()


def _unknown(kind: str, name: Any, names: Sequence[str]) -> str:
    near = difflib.get_close_matches(str(name), names, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    return f"Unknown {kind} {name!r}. Registered: {', '.join(names) or 'none'}.{hint}"


def _of_extension(name: str, extension: str) -> str:
    return (f"The annotator '{name}' belongs to the extension '{extension}', which is not enabled. Enable it, as in Kit: "
            f"omni.kit.app.get_app().get_extension_manager().set_extension_enabled_immediate('{extension}', True). Or take it "
            f"from {extension}.annotators.get('{name}'), which needs no extension and works on every host.")
