"""Kernels that bake textures, a thread a row of pixels: colour (sRGB), roughness and height; all repeat at the borders."""

# ruff: noqa: UP018 - in Warp, float(0.0) declares a variable and 0.0 a constant

import warp as wp

from scenewright.sdg.variation.noise_kernels import cell_word, fbm2, noise2, step_between

__all__ = ["bake_concrete", "bake_fabric", "bake_metal", "bake_paper", "bake_wood", "finish"]

wp.set_module_options({"enable_backward": False, "max_unroll": 2})  # compiles in a third of the time

UNIT = wp.constant(1.0 / 65536.0)


@wp.func
def low_half(word: wp.uint32) -> float:
    """Return the lower half of a word as a fraction in [0, 1)."""
    return float(word & wp.uint32(0xFFFF)) * UNIT


@wp.func
def high_half(word: wp.uint32) -> float:
    """Return the upper half of a word as a fraction in [0, 1)."""
    return float(word >> wp.uint32(16)) * UNIT


@wp.kernel
def bake_wood(
    first: int,
    seed: wp.uint32,
    rings: float,
    light: wp.vec3,
    dark: wp.vec3,
    color: wp.array2d(dtype=wp.vec3),
    rough: wp.array2d(dtype=float),
    height: wp.array2d(dtype=float),
):
    """Bake a flat-sawn board with its grain along x: growth rings cut at a small angle, fibres and pores."""
    row = first + wp.tid()
    v = (float(row) + 0.5) / float(color.shape[0])
    for column in range(color.shape[1]):
        u = (float(column) + 0.5) / float(color.shape[1])
        bend = noise2(u * 2.0, v * 2.0, 2, 2, seed) + 0.3 * noise2(u * 3.0, v * 9.0, 3, 9, seed + wp.uint32(1))
        phase = rings * (0.5 - 0.5 * wp.cos(6.2831853 * v)) + rings * 0.13 * bend
        fibre = noise2(u * 7.0, v * 230.0, 7, 230, seed + wp.uint32(2))
        fine = noise2(u * 40.0, v * 480.0, 40, 480, seed + wp.uint32(3))
        phase = phase + 0.07 * fibre
        turn = phase - wp.floor(phase)
        tone = cell_word(int(wp.floor(phase)), 7, seed)
        late = step_between(0.25, 0.86, turn) * (1.0 - step_between(0.93, 1.0, turn)) * (0.55 + 0.45 * low_half(tone))
        pore = step_between(0.38, 0.62, noise2(u * 26.0, v * 330.0, 26, 330, seed + wp.uint32(4))) * (1.0 - 0.6 * late)
        share = wp.clamp(0.12 + 0.66 * late + 0.14 * fibre + 0.06 * fine, 0.0, 1.0)
        c = wp.lerp(light, dark, share) * (1.0 + 0.05 * bend) * (1.0 - 0.34 * pore)
        color[row, column] = c
        rough[row, column] = 0.46 + 0.08 * fibre + 0.16 * pore - 0.06 * late
        height[row, column] = 0.10 * fibre + 0.05 * fine + 0.16 * late - 0.55 * pore


@wp.func
def pits(x: float, y: float, cells: int, share: float, seed: wp.uint32) -> float:
    """Return how deep a point lies in round holes, 0 to 1; ``share`` of the cells of a grid have one."""
    ix = int(wp.floor(x - 0.5))
    iy = int(wp.floor(y - 0.5))
    deep = float(0.0)
    for around in range(4):  # holes lie in the middle of their cells, so those of the nearest four are all that matter
        cx = ix + around % 2
        cy = iy + around // 2
        again = cell_word((cx + cells) % cells, (cy + cells) % cells, seed)
        if low_half(again) < share:
            word = cell_word((cx + cells) % cells, (cy + cells) % cells, seed + wp.uint32(77))
            dx = float(cx) + 0.2 + 0.6 * low_half(word) - x
            dy = float(cy) + 0.2 + 0.6 * high_half(word) - y
            size = high_half(again)
            radius = 0.05 + 0.38 * size * size
            deep = wp.max(deep, 1.0 - step_between(0.55 * radius, radius, wp.sqrt(dx * dx + dy * dy)))
    return deep


@wp.kernel
def bake_concrete(
    first: int,
    seed: wp.uint32,
    pitting: float,
    tint: wp.vec3,
    color: wp.array2d(dtype=wp.vec3),
    rough: wp.array2d(dtype=float),
    height: wp.array2d(dtype=float),
):
    """Bake cast concrete: clouds of cement, sand, air holes of two sizes and damp stains."""
    row = first + wp.tid()
    v = (float(row) + 0.5) / float(color.shape[0])
    for column in range(color.shape[1]):
        u = (float(column) + 0.5) / float(color.shape[1])
        cloud = fbm2(u * 4.0, v * 4.0, 4, 4, 3, seed)
        sand = noise2(u * 170.0, v * 170.0, 170, 170, seed + wp.uint32(11))
        dust = noise2(u * 330.0, v * 330.0, 330, 330, seed + wp.uint32(12))
        stain = step_between(0.05, 0.55, noise2(u * 3.0 + 0.35 * cloud, v * 2.0, 3, 2, seed + wp.uint32(13)))
        depth = 0.3 + 0.7 * step_between(-0.35, 0.35, noise2(u * 9.0, v * 9.0, 9, 9, seed + wp.uint32(16)))
        hole = pits(u * 26.0 + 0.11 * sand, v * 26.0 + 0.13 * dust, 26, 0.34 * pitting, seed + wp.uint32(14)) * depth
        small = pits(u * 90.0 + 0.06 * sand, v * 90.0, 90, 0.30 * pitting, seed + wp.uint32(15))
        dim = 1.0 + 0.13 * cloud + 0.055 * sand + 0.04 * dust - 0.10 * stain
        dim = dim * (1.0 - 0.42 * hole) * (1.0 - 0.24 * small)
        color[row, column] = tint * dim
        rough[row, column] = 0.82 + 0.06 * sand - 0.16 * stain + 0.08 * hole
        height[row, column] = 0.22 * cloud + 0.10 * sand + 0.06 * dust - 1.3 * hole - 0.5 * small


@wp.kernel
def bake_metal(
    first: int,
    seed: wp.uint32,
    wear: float,
    tint: wp.vec3,
    color: wp.array2d(dtype=wp.vec3),
    rough: wp.array2d(dtype=float),
    height: wp.array2d(dtype=float),
):
    """Bake metal brushed along x: fine lines of several lengths, a few deep scratches, faint smudges."""
    row = first + wp.tid()
    v = (float(row) + 0.5) / float(color.shape[0])
    for column in range(color.shape[1]):
        u = (float(column) + 0.5) / float(color.shape[1])
        long = noise2(u * 2.0, v * 410.0, 2, 410, seed)
        mid = noise2(u * 9.0, v * 620.0, 9, 620, seed + wp.uint32(1))
        short = noise2(u * 34.0, v * 900.0, 34, 900, seed + wp.uint32(2))
        lines = 0.5 * long + 0.35 * mid + 0.3 * short
        smudge = fbm2(u * 3.0, v * 3.0, 3, 3, 3, seed + wp.uint32(3))
        scratch = step_between(0.62, 0.8, noise2(u * 5.0 + 0.6 * v, v * 160.0, 5, 160, seed + wp.uint32(9))) * wear
        color[row, column] = tint * (1.0 + 0.09 * lines + 0.03 * smudge + 0.10 * scratch)
        rough[row, column] = 0.29 + 0.10 * lines + 0.05 * smudge - 0.06 * scratch
        height[row, column] = 0.35 * lines - 0.5 * scratch


@wp.kernel
def bake_fabric(
    first: int,
    seed: wp.uint32,
    threads: int,
    twill: int,
    warp_color: wp.vec3,
    weft_color: wp.vec3,
    color: wp.array2d(dtype=wp.vec3),
    rough: wp.array2d(dtype=float),
    height: wp.array2d(dtype=float),
):
    """Bake cloth of warp (along y) and weft (along x), woven plain or as a 2/2 twill."""
    row = first + wp.tid()
    v = (float(row) + 0.5) / float(color.shape[0]) * float(threads)
    for column in range(color.shape[1]):
        u = (float(column) + 0.5) / float(color.shape[1]) * float(threads)
        su = u + 0.10 * noise2(u * 0.25, v * 0.25, threads // 4, threads // 4, seed)
        sv = v + 0.10 * noise2(u * 0.25, v * 0.25, threads // 4, threads // 4, seed + wp.uint32(1))
        i = int(wp.floor(su))
        j = int(wp.floor(sv))
        a = su - float(i) - 0.5
        b = sv - float(j) - 0.5
        i = (i + threads) % threads
        j = (j + threads) % threads
        over = (i + j) % 2 == 0
        if twill == 1:
            over = (i + j) % 4 < 2
        across = b
        along = a
        thread = cell_word(j, 3, seed)
        base = weft_color
        if over:
            across = a
            along = b
            thread = cell_word(i, 5, seed)
            base = warp_color
        round_ = wp.sqrt(wp.max(1.0 - 4.0 * across * across * 1.08, 0.0))
        crown = round_ * (0.62 + 0.38 * wp.cos(3.1415927 * along))
        twist = noise2(
            (along * 2.0 + across * 5.0) + float(i) * 3.0, (along + float(i + j)) * 3.0, 1 << 12, 1 << 12, seed + wp.uint32(2)
        )
        fuzz = noise2(u * 5.0, v * 5.0, threads * 5, threads * 5, seed + wp.uint32(3))
        shade = (0.48 + 0.52 * crown) * (0.90 + 0.20 * low_half(thread)) * (1.0 + 0.13 * twist + 0.08 * fuzz)
        color[row, column] = base * shade
        rough[row, column] = 0.86 - 0.10 * crown + 0.05 * fuzz
        height[row, column] = 1.5 * crown + 0.12 * twist + 0.08 * fuzz


@wp.kernel
def bake_paper(
    first: int,
    seed: wp.uint32,
    wear: float,
    print_: wp.array2d(dtype=wp.vec3),
    color: wp.array2d(dtype=wp.vec3),
    rough: wp.array2d(dtype=float),
    height: wp.array2d(dtype=float),
):
    """Bake a printed picture onto paper: fibres, ink that is a little uneven and smoother than the paper, and wear."""
    row = first + wp.tid()
    v = (float(row) + 0.5) / float(color.shape[0])
    for column in range(color.shape[1]):
        u = (float(column) + 0.5) / float(color.shape[1])
        fibre = noise2(u * 120.0, v * 120.0, 120, 120, seed)
        fine = noise2(u * 400.0, v * 400.0, 400, 400, seed + wp.uint32(1))
        cloud = noise2(u * 5.0, v * 5.0, 5, 5, seed + wp.uint32(2))
        c = print_[row, column]
        ink = 1.0 - 0.3333 * (c[0] + c[1] + c[2])
        worn = wear * step_between(0.55, 0.85, 0.8 * noise2(u * 14.0, v * 14.0, 14, 14, seed + wp.uint32(3)) + 0.5 * cloud)
        paper = wp.vec3(0.93, 0.92, 0.89)
        c = wp.lerp(c, paper, 0.75 * worn)
        color[row, column] = c * (1.0 + 0.012 * cloud + 0.010 * fibre) + wp.vec3(1.0, 1.0, 1.0) * (ink * 0.03 * wp.abs(fine))
        rough[row, column] = 0.62 - 0.22 * ink + 0.04 * fibre + 0.15 * worn
        height[row, column] = 0.10 * fibre + 0.05 * fine + 0.06 * ink - 0.15 * worn


@wp.kernel
def finish(
    first: int,
    strength: float,
    color: wp.array2d(dtype=wp.vec3),
    rough: wp.array2d(dtype=float),
    height: wp.array2d(dtype=float),
    color_out: wp.array3d(dtype=wp.uint8),
    rough_out: wp.array2d(dtype=wp.uint8),
    normal_out: wp.array3d(dtype=wp.uint8),
):
    """Turn a row to bytes, and heights into a normal map: x along u, y against rows (OpenGL), z out of the surface."""
    row = first + wp.tid()
    rows = height.shape[0]
    columns = height.shape[1]
    for column in range(columns):
        dx = height[row, (column + 1) % columns] - height[row, (column + columns - 1) % columns]
        dy = height[(row + rows - 1) % rows, column] - height[(row + 1) % rows, column]
        n = wp.normalize(wp.vec3(-dx * strength, -dy * strength, 1.0))
        c = color[row, column]
        for k in range(3):
            color_out[row, column, k] = wp.uint8(255.0 * wp.clamp(c[k], 0.0, 1.0) + 0.5)
            normal_out[row, column, k] = wp.uint8(127.5 * n[k] + 128.0 - 0.5)
        rough_out[row, column] = wp.uint8(255.0 * wp.clamp(rough[row, column], 0.0, 1.0) + 0.5)
