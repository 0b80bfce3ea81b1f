"""video_encoding: what it writes is read back with PyAV."""

import numpy as np
import pytest
from PIL import Image
from video_encoding import get_video_encoding_interface


def test_frames_come_back(tmp_path):
    av = pytest.importorskip("av")
    encoder, file = get_video_encoding_interface(), tmp_path / "clips" / "a.mp4"
    with pytest.raises(RuntimeError, match="start_encoding"):
        encoder.encode_next_frame_from_buffer(bytes(16), 2, 2)
    assert encoder.start_encoding(str(file), framerate=10.0, nframes=3, overwrite_video=True)
    with pytest.raises(RuntimeError, match="finalize_encoding"):
        encoder.start_encoding(str(file), 10.0, 3, True)
    grey = np.full((33, 48, 4), 200, np.uint8)
    Image.fromarray(grey).save(tmp_path / "frame.png")
    encoder.encode_next_frame_from_file(str(tmp_path / "frame.png"))
    for level in (100, 0):
        encoder.encode_next_frame_from_buffer(np.full_like(grey, level).tobytes(), width=48, height=33)
    encoder.finalize_encoding()
    with av.open(str(file)) as video:
        frames = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
        assert video.streams.video[0].average_rate == 10
    assert [frame.shape for frame in frames] == [(34, 48, 3)] * 3
    assert [abs(int(frame[16, 24, 0]) - level) <= 6 for frame, level in zip(frames, (200, 100, 0), strict=True)] == [True] * 3
    assert not encoder.start_encoding(str(file), 10.0, 1, False), "the file is there"
