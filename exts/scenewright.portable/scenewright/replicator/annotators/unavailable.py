"""Annotators of Replicator that the portable host does not have yet, by name: asking for one says so."""

__all__ = ["UNAVAILABLE"]

UNAVAILABLE: frozenset[str] = frozenset((
    "cross_correspondence", "CrossCorrespondence",
    "BumpNormal", "AmbientOcclusion", "DiffuseAlbedo", "SpecularAlbedo", "Roughness",
    "DirectDiffuse", "DirectSpecular", "Reflections", "IndirectDiffuse", "EmissionAndForegroundMask",
    "PtDirectIllumation", "PtDirectIllumination", "PtGlobalIllumination", "PtReflections", "PtRefractions",
    "PtSelfIllumination", "PtBackground", "PtVolumes", "PtDiffuseFilter",
    "PtReflectionFilter", "PtRefractionFilter", *(f"PtMultiMatte{i}" for i in range(8)),
    "DepthSensorDistance", "DepthSensorImager", "DepthSensorPointCloudPosition", "DepthSensorPointCloudColor",
    "GenericModelOutput", "RtxSensorCpu", "RtxSensorGpu", "StableIdMap", "IsaacCreateRTXLidarScanBuffer",
    "IsaacComputeRTXLidarFlatScan", "IsaacExtractRTXSensorPointCloudNoAccumulator",
    "IsaacNoop", "IsaacReadSimulationTime", "IsaacReadSystemTime", "IsaacReadCameraInfo",
    "DopeSync", "PoseSync",
))
