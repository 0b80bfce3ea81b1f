"""The validators of others: usd-core's own, and NVIDIA's ``usd-validation-nvidia`` where it is installed."""

import importlib.util
import re
from collections.abc import Iterator

from pxr import Tf, Usd, UsdUtils

from scenewright.sdg.scene_validation.findings import ERROR, WARNING, SceneFinding

__all__ = ["NVIDIA_MISSING", "has_nvidia", "has_usd_validators", "nvidia_findings", "usd_findings"]

NVIDIA_MISSING = "usd-validation-nvidia is not installed: pip install 'scenewright[validate]'"

# What they report of scenes that are right, and why we do not pass it on.
_KNOWN = (
    # MDL modules that Kit has on its search path are no files of the scene, and no registry here knows their nodes.
    re.compile(r"sourceType 'mdl'|\bOmni(PBR|Glass|Surface)\w*\.mdl\b|gltf/pbr\.mdl"),
    # Ours are native instances and prototypes: what their checker asks for (a reference for each) is what they are.
    re.compile(r"is a prototype prim"),
)
# Their rules that repeat ours, which say more.
_OURS = {
    "StageMetadataChecker",
    "MissingReferenceValidator",
    "CompositionErrorTest",
    "MissingReferenceChecker",
    "UnitsInMetersChecker",
    "UpAxisZChecker",
    "DefaultPrimChecker",
    "AnchoredAssetPathsChecker",
}
_NEEDS_SHADERS = "usdShadeValidators:ShaderSdrCompliance"
_USDZ_ONLY = {"RootPackageValidator", "UsdzPackageValidator", "PackageEncapsulationValidator", "FileExtensionValidator"}


def has_usd_validators() -> bool:
    """Return whether this USD carries its validators (``pxr.UsdValidation``)."""
    return importlib.util.find_spec("pxr.UsdValidation") is not None


def has_nvidia() -> bool:
    """Return whether ``usd-validation-nvidia`` is installed."""
    return importlib.util.find_spec("usd_validation_nvidia") is not None


def usd_findings(stage: Usd.Stage) -> Iterator[SceneFinding]:
    """Return what usd-core's validators say; errors stay errors, and what repeats a rule of ours is left out."""
    from pxr import UsdValidation

    registry = UsdValidation.ValidationRegistry()
    packed = stage.GetRootLayer().realPath.endswith(".usdz")
    names = [data.name for data in registry.GetAllValidatorMetadata() if not data.isSuite]
    wanted = [name for name in names if name.split(":")[-1] not in (_OURS if packed else _OURS | _USDZ_ONLY)]
    try:
        errors = _validate(stage, wanted)
    except Tf.ErrorException:  # the wheel of usd-core 25.11 lacks the definitions of USD's shaders
        errors = _validate(stage, [name for name in wanted if name != _NEEDS_SHADERS])
    for error in errors:
        message = " ".join(error.GetMessage().split())
        if any(known.search(message) for known in _KNOWN):
            continue
        severity = ERROR if error.GetType() == UsdValidation.ValidationErrorType.Error else WARNING
        layer, path = _site(stage, error.GetSites())
        name = error.GetValidator().GetMetadata().name.split(":")[-1] if error.GetValidator() else "validator"
        yield SceneFinding(f"usd:{name}", severity, layer, path, message.rstrip(".") + ".")


def _validate(stage: Usd.Stage, names: list[str]) -> list:
    from pxr import UsdValidation

    validators = UsdValidation.ValidationRegistry().GetOrLoadValidatorsByName(sorted(names))
    delegate = UsdUtils.CoalescingDiagnosticDelegate()
    try:
        return UsdValidation.ValidationContext(validators).Validate(stage)
    finally:
        delegate.TakeUncoalescedDiagnostics()


def _site(stage: Usd.Stage, sites: list) -> tuple[str, str]:
    for site in sites:
        prim = site.GetPrim() if site.IsPrim() else site.GetProperty().GetPrim() if site.IsProperty() else None
        path = str(site.GetProperty().GetPath()) if site.IsProperty() else str(prim.GetPath()) if prim else ""
        stack = prim.GetPrimStack() if prim else []
        if stack:
            return stack[0].layer.realPath or stack[0].layer.identifier, path
        if site.GetLayer():
            return site.GetLayer().realPath or site.GetLayer().identifier, path
    return stage.GetRootLayer().realPath, ""


def nvidia_findings(stage: Usd.Stage) -> Iterator[SceneFinding]:
    """Return what NVIDIA's validators say, each once for the layer and prim where it has to be changed.

    A failed rule is an error, as in its own command; a rule that broke off itself is a warning. Variants that are not selected
    are not gone through.
    """
    import usd_validation_nvidia as nvidia

    delegate = UsdUtils.CoalescingDiagnosticDelegate()
    try:
        results = nvidia.ValidationEngine(variants=False, instance_prototypes=False).validate(stage.GetRootLayer().realPath)
    finally:
        delegate.TakeUncoalescedDiagnostics()
    for issue in results.issues():
        rule = getattr(issue.rule, "__name__", "rule")
        message = " ".join(str(issue.message).split())
        repeated = rule in _OURS or rule.startswith(
            ("UsdShade", "UsdGeom", "UsdLux", "UsdPhysics", "UsdSkel", "UsdUtils", "UsdCore")
        )
        if repeated or any(known.search(message) for known in _KNOWN):
            continue
        severity = ERROR if issue.severity == nvidia.IssueSeverity.FAILURE else WARNING
        layer, path = _source(stage, issue.at)
        hint = f"{issue.suggestion.message.rstrip('.')}." if issue.suggestion and issue.suggestion.message else ""
        yield SceneFinding(f"nvidia:{rule}", severity, layer, path, message.rstrip(".") + ".", hint)


def _source(stage: Usd.Stage, at: object) -> tuple[str, str]:
    """Return the file and path at which an issue has to be corrected: the strongest spec of the prim."""
    prim_id = getattr(at, "prim_id", at)
    specs = list(getattr(prim_id, "spec_ids", None) or ())
    if specs:
        return specs[0].layer_id.identifier, str(specs[0].path)
    layer = getattr(getattr(at, "layer_id", None), "identifier", "") or stage.GetRootLayer().realPath
    path = getattr(at, "path", "")
    return layer, str(path)
