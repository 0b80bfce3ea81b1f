"""Annotators that are not there: those that the portable host lacks, and those of an extension; asking for one says so."""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["OF_EXTENSIONS", "UNAVAILABLE"]

_RTX = "an intermediate result of the RTX renderer,"
_SENSOR = "which reads a sensor that RTX simulates,"
_NODE = "an OmniGraph node of Isaac Sim,"

UNAVAILABLE: Mapping[str, str] = MappingProxyType({
    **dict.fromkeys((
        "AmbientOcclusion", "SpecularAlbedo", "DirectDiffuse", "DirectSpecular", "Reflections", "IndirectDiffuse",
        "PtDirectIllumation", "PtDirectIllumination", "PtGlobalIllumination", "PtReflections", "PtRefractions", "PtBackground",
        "PtVolumes", "PtReflectionFilter", "PtRefractionFilter", *(f"PtMultiMatte{i}" for i in range(8))), _RTX),
    **dict.fromkeys((
        "DepthSensorDistance", "DepthSensorImager", "DepthSensorPointCloudPosition", "DepthSensorPointCloudColor",
        "GenericModelOutput", "RtxSensorCpu", "RtxSensorGpu", "StableIdMap", "IsaacCreateRTXLidarScanBuffer",
        "IsaacComputeRTXLidarFlatScan", "IsaacExtractRTXSensorPointCloudNoAccumulator"), _SENSOR),
    **dict.fromkeys(("IsaacNoop", "IsaacReadSimulationTime", "IsaacReadSystemTime", "IsaacReadCameraInfo"), _NODE),
    **dict.fromkeys(("DopeSync", "PoseSync"), "which Isaac Sim's deprecated writers synchronize with,"),
})

OF_EXTENSIONS: Mapping[str, str] = MappingProxyType(dict.fromkeys(
    ("keypoints", "nocs", "object_pose", "part_segmentation", "stereo_disparity"), "scenewright.sdg"))
"""Annotators that an extension of this project registers while it is enabled, and which; each has a module
``<extension>.annotators`` whose ``get`` needs no extension."""
