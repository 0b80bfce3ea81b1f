"""Bar codes as patterns of modules: Code 128 (ISO/IEC 15417) and EAN-13 (ISO/IEC 15420)."""

import numpy as np

from scenewright.sdg.variation.errors import VariationError

__all__ = ["code_128", "ean_13"]

_WIDTHS = """
212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 123122 123221
223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 131123 131321
112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131
311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114
122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141
214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112
""".split()
"""Widths of bars and spaces of the symbols 0 to 106, in modules."""

_START_B, _STOP = 104, 106
_LEFT = "0001101 0011001 0010011 0111101 0100011 0110001 0101111 0111011 0110111 0001011".split()
_PARITY = "LLLLLL LLGLGG LLGGLG LLGGGL LGLLGG LGGLLG LGGGLL LGLGLG LGLGGL LGGLGL".split()


def code_128(text: str) -> np.ndarray:
    """Return the modules of a Code 128 symbol in code set B, shape (M,), bool, True = bar; without quiet zones.

    Args:
        text: One to 80 printable ASCII characters.

    Raises:
        VariationError: It has others, or none, or too many.
    """
    wrong = sorted({character for character in text if not 32 <= ord(character) < 127})
    if wrong or not 1 <= len(text) <= 80:
        what = f"holds {', '.join(map(repr, wrong[:5]))}" if wrong else f"has {len(text)} characters"
        raise VariationError(f"the code '{text[:40]}' {what}. Code 128 takes 1 to 80 printable ASCII characters.")
    values = [ord(character) - 32 for character in text]
    check = (_START_B + sum(place * value for place, value in enumerate(values, 1))) % 103
    widths = "".join(_WIDTHS[value] for value in (_START_B, *values, check, _STOP))
    return np.repeat(np.arange(len(widths)) % 2 == 0, [int(width) for width in widths])


def ean_13(digits: str) -> np.ndarray:
    """Return the modules of an EAN-13 symbol, shape (95,), bool, True = bar; without quiet zones.

    Args:
        digits: 12 digits, or 13 with the right check digit at the end.

    Raises:
        VariationError: It is neither.
    """
    if not digits.isdecimal() or len(digits) not in (12, 13):
        raise VariationError(f"the code '{digits}' is no EAN-13. Give 12 digits, or 13 with the check digit.")
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits[:12]))
    check = str(-total % 10)
    if len(digits) == 13 and digits[12] != check:
        raise VariationError(f"the check digit of '{digits}' is {digits[12]}, and {check} would be right.")
    digits = digits[:12] + check
    left = [
        _LEFT[int(digit)] if parity == "L" else _inverted(_LEFT[int(digit)])[::-1]
        for digit, parity in zip(digits[1:7], _PARITY[int(digits[0])], strict=True)
    ]
    right = [_inverted(_LEFT[int(digit)]) for digit in digits[7:]]
    return np.array([bit == "1" for bit in "101" + "".join(left) + "01010" + "".join(right) + "101"])


def _inverted(bits: str) -> str:
    return bits.translate(str.maketrans("01", "10"))
