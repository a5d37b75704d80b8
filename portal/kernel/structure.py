"""Whether a picture file reaches its end, told by its structure: nothing is decoded, so it costs next to nothing.

Each function takes the bytes of a file whose signature is known already, and hostile ones as well.
"""

from collections.abc import Callable

_SOI, _START_OF_SCAN, _END_OF_IMAGE = 2, 0xDA, b"\xff\xd9"


def whole_jpeg(data: bytes) -> bool:
    """Segments up to the first scan, and an end of image behind it: within a scan these two bytes do not occur (ITU-T T.81, B.1.1.5).
    What follows the end belongs to no picture."""
    at = _SOI
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return False
        kind = data[at + 1]
        if kind == _START_OF_SCAN:
            return data.rfind(_END_OF_IMAGE) >= at
        if kind == 0xFF:  # filling
            at += 1
        elif kind == 0x01 or 0xD0 <= kind <= 0xD7:  # markers without a length
            at += 2
        else:
            at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
    return False


def whole_webp(data: bytes) -> bool:
    """As many bytes as the RIFF header announces."""
    return len(data) >= 8 + int.from_bytes(data[4:8], "little")


def whole_heic(data: bytes) -> bool:
    """Boxes one after the other up to the end (ISO/IEC 14496-12, 4.2); the last may say that it takes the rest."""
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size == 0:
            return True
        if size < 8:
            return False
        at += size
    return at == len(data)


WHOLE: dict[str, Callable[[bytes], bool]] = {
    "image/jpeg": whole_jpeg,
    "image/webp": whole_webp,
    "image/heic": whole_heic,
}
