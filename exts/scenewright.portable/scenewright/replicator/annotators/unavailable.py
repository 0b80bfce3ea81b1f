"""Annotators of Replicator that the portable host does not have yet, by name: asking for one says so."""

__all__ = ["UNAVAILABLE"]

UNAVAILABLE: frozenset[str] = frozenset((
    "skeleton_data", "cross_correspondence", "CrossCorrespondence", "Attribute",
    "shaded_instance_segmentation", "shaded_instance_id_segmentation",
    "SmoothNormal", "BumpNormal", "AmbientOcclusion", "Motion2d", "DiffuseAlbedo", "SpecularAlbedo", "Roughness",
    "DirectDiffuse", "DirectSpecular", "Reflections", "IndirectDiffuse", "DepthLinearized", "EmissionAndForegroundMask",
    "PtDirectIllumation", "PtDirectIllumination", "PtGlobalIllumination", "PtReflections", "PtRefractions",
    "PtSelfIllumination", "PtBackground", "PtWorldNormal", "PtWorldPos", "PtZDepth", "PtVolumes", "PtDiffuseFilter",
    "PtReflectionFilter", "PtRefractionFilter", *(f"PtMultiMatte{i}" for i in range(8)),
    "DepthSensorDistance", "DepthSensorImager", "DepthSensorPointCloudPosition", "DepthSensorPointCloudColor",
    "GenericModelOutput", "RtxSensorCpu", "RtxSensorGpu", "StableIdMap", "IsaacCreateRTXLidarScanBuffer",
    "IsaacComputeRTXLidarFlatScan", "IsaacExtractRTXSensorPointCloudNoAccumulator",
    "IsaacNoop", "IsaacReadSimulationTime", "IsaacReadSystemTime", "IsaacReadCameraInfo",
    "dope", "DopeSync", "pose", "PoseSync",
))
