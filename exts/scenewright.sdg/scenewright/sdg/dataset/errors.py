"""What can go wrong with a dataset, told apart by whether anything was written."""

__all__ = ["DatasetInputError", "DatasetRunError"]


class DatasetInputError(ValueError):
    """The request or the dataset on disk is wrong; nothing was written."""

    exit_status = 2


class DatasetRunError(RuntimeError):
    """The run failed on its way; every committed frame is intact and the same command goes on from there."""

    exit_status = 1
