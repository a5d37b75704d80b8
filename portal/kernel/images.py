"""Photos: what they are, told by their content; small copies for pages; public copies without metadata.

Everything here takes hostile bytes. Sizes are checked from the header, before any pixel is decoded.
"""

import io
import math
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import pillow_heif
from PIL import Image, ImageDraw, ImageOps

from portal.kernel import structure
from portal.kernel.clock import DISTRICT
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _

MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 50_000_000
PUBLIC_SIDE, THUMBNAIL_SIDE = 1600, 480
SCALE = 10_000  # boxes are given in ten-thousandths of width and height

pillow_heif.register_heif_opener(thumbnails=False)
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_MAKE, _MODEL = 0x010F, 0x0110
_TAKEN, _TAKEN_OFFSET = 0x9003, 0x9011

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Picture:
    """What a photo says about itself; the last four come from EXIF, which anybody can write, and may be missing.

    ``width`` and ``height`` are pixels as shown, turned upright. ``taken_at`` has a zone (the district's if the photo
    gives none). ``latitude`` and ``longitude`` are WGS84 degrees.
    """

    media_type: str
    width: int
    height: int
    taken_at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None
    device: str = ""


def inspect(data: bytes, file: str = "") -> Picture:
    """Check that the bytes are a whole JPEG, PNG, WebP or HEIC photo and read what it says.

    ``file`` names the photo in the message. Raises ``DomainError`` when it is too large or no whole picture.
    """
    file = file or _("照片")
    media_type = _checked_header(data, file)
    try:
        with _open(data, media_type) as image:
            image.verify()
        with _open(data, media_type) as image:
            exif = image.getexif()
            image.load()
            return _told(image, media_type, exif)
    except Exception as error:  # the decoders raise whatever they stumble over in a damaged file
        raise _not_image(file) from error


def _told(image: Image.Image, media_type: str, exif: Image.Exif) -> Picture:
    width, height = image.size
    if exif.get(0x0112, 1) in (5, 6, 7, 8):
        width, height = height, width
    latitude, longitude = _position(exif)
    return Picture(media_type, width, height, _taken_at(exif), latitude, longitude, _device(exif))


def glance(data: bytes, file: str = "") -> Picture:
    """As ``inspect``, but of a JPEG, WebP or HEIC no pixel is decoded: that the file reaches its end is told by its structure.

    What is damaged within is found when copies are made. Raises ``DomainError`` as ``inspect`` does.
    """
    file = file or _("照片")
    media_type = _checked_header(data, file)
    if media_type not in structure.WHOLE:
        return inspect(data, file)
    if not structure.WHOLE[media_type](data):
        raise _not_image(file)
    try:
        with _open(data, media_type) as image:
            return _told(image, media_type, image.getexif())
    except Exception as error:  # as in inspect
        raise _not_image(file) from error


def copies(data: bytes) -> tuple[bytes, bytes]:
    """A thumbnail and a public copy without boxes from one decoding of the photo, in a quarter of the time that they take one by one."""
    screen = _upright(data, PUBLIC_SIDE)
    screen.thumbnail((PUBLIC_SIDE, PUBLIC_SIDE), Image.Resampling.HAMMING)
    small = screen.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.HAMMING, reducing_gap=1.0)
    return _encoded(small), _encoded(screen)


def thumbnail(data: bytes, side: int = THUMBNAIL_SIDE) -> bytes:
    """A small upright JPEG without metadata, at most ``side`` pixels wide and high."""
    return _jpeg(_upright(data, 2 * side), side)


def public_copy(data: bytes, boxes: Sequence[Box]) -> bytes:
    """The copy that may be published: JPEG, no metadata, boxes filled black, long side at most 1600 pixels.

    ``boxes`` are (x, y, width, height) in ten-thousandths of the upright picture's width and height.
    """
    image = _upright(data)
    pen = ImageDraw.Draw(image)
    for box in boxes:
        pen.rectangle(_pixels(box, *image.size), fill=(0, 0, 0))  # before scaling: no pixel of the inside survives
    return _jpeg(image, PUBLIC_SIDE)


def _pixels(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """Corners of a box in pixels, both included, rounded outwards."""
    x, y, wide, high = box
    if wide <= 0 or high <= 0 or not (0 <= x < SCALE and 0 <= y < SCALE):
        raise DomainError(_("遮挡框不在照片范围内。请重新画框。"))
    left, top = x * width // SCALE, y * height // SCALE
    right, bottom = -(-min(x + wide, SCALE) * width // SCALE), -(-min(y + high, SCALE) * height // SCALE)
    return left, top, max(left, right - 1), max(top, bottom - 1)


def _media_type(data: bytes) -> str | None:
    """The media type by the first bytes."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp":
        size = min(int.from_bytes(data[:4], "big"), 256)
        brands = {data[at : at + 4] for at in (8, *range(16, size, 4))}
        if brands & _HEIF_BRANDS and b"avif" not in brands:
            return "image/heic"
    return None


_FORMATS = {
    "image/jpeg": ("JPEG",),
    "image/png": ("PNG",),
    "image/webp": ("WEBP",),
    "image/heic": ("HEIF",),
}


def _open(data: bytes, media_type: str) -> Image.Image:
    return Image.open(io.BytesIO(data), formats=_FORMATS[media_type])


def _checked_header(data: bytes, file: str) -> str:
    """The media type, once length, signature and the pixels that the header announces are in order."""
    if len(data) > MAX_BYTES:
        raise DomainError(_("照片“%(file)s”超过15MB，没有上传。其他内容已保存，请压缩后再传。", file=file))
    media_type = _media_type(data)
    if media_type is None:
        raise _not_image(file)
    try:
        with _open(data, media_type) as image:
            pixels = image.width * image.height
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        pixels = MAX_PIXELS + 1
    except Exception as error:  # as in inspect
        raise _not_image(file) from error
    if pixels > MAX_PIXELS:
        raise DomainError(_("照片“%(file)s”超过5000万像素，没有上传。请缩小后再传。", file=file))
    return media_type


def _not_image(file: str) -> DomainError:
    sentence = "“%(file)s”不是完整的图片，没有上传。请使用JPEG、PNG或WebP格式的照片，或者重新拍摄。"
    return DomainError(_(sentence, file=file))


def _upright(data: bytes, side: int | None = None) -> Image.Image:
    """The decoded picture, turned as shown, on white, with nothing attached to it. ``side``: so large at least its longer side has to
    be: a JPEG is then decoded smaller, which saves time and memory."""
    media_type = _checked_header(data, _("照片"))
    try:
        with _open(data, media_type) as image:
            if side:
                image.draft("RGB", _within(image.size, side))
            turned = ImageOps.exif_transpose(image)
            is_plain = turned.mode in ("RGB", "L") and "transparency" not in turned.info
            colours = turned if is_plain else turned.convert("RGBA")
            clean = Image.new("RGB", colours.size, (255, 255, 255))
            clean.paste(colours, mask=None if is_plain else colours.getchannel("A"))
    except MemoryError:
        raise
    except Exception as error:  # as in inspect
        raise _not_image(_("照片")) from error
    return clean


def _within(size: tuple[int, int], side: int) -> tuple[int, int]:
    """Width and height with ``side`` as the longer one."""
    longest = max(size)
    return max(1, size[0] * side // longest), max(1, size[1] * side // longest)


def _jpeg(image: Image.Image, side: int) -> bytes:
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    return _encoded(image, optimize=True)


def _encoded(image: Image.Image, optimize: bool = False) -> bytes:
    target = io.BytesIO()
    image.save(target, "JPEG", quality=82, optimize=optimize)
    return target.getvalue()


def _taken_at(exif: Image.Exif) -> datetime | None:
    try:
        details = exif.get_ifd(_EXIF_IFD)
        moment = datetime.strptime(str(details[_TAKEN]).strip("\0 ")[:19], "%Y:%m:%d %H:%M:%S")
        return moment.replace(tzinfo=_zone(str(details.get(_TAKEN_OFFSET, ""))) or DISTRICT)
    except Exception:  # written by cameras and apps of every kind: unreadable counts as missing
        return None


def _zone(text: str) -> timezone | None:
    found = re.fullmatch(r"([+-])(\d{2}):(\d{2})", text.strip("\0 "))
    if not found:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-offset if found[1] == "-" else offset)


def _position(exif: Image.Exif) -> tuple[float | None, float | None]:
    """Degrees north and east; none unless both are there and can be a place on earth."""
    try:
        gps = exif.get_ifd(_GPS_IFD)
        latitude, longitude = _degrees(gps[2], gps[1], "S"), _degrees(gps[4], gps[3], "W")
    except Exception:  # as in _taken_at
        return None, None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180) or (latitude, longitude) == (0, 0):
        return None, None  # phones without a fix write zeros
    return latitude, longitude


def _degrees(parts: Any, reference: Any, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value):
        raise ValueError("no finite angle")
    text = reference.decode("ascii") if isinstance(reference, bytes) else str(reference)
    return round(-value if text.strip("\0 ").upper() == negative else value, 6)


def _device(exif: Image.Exif) -> str:
    try:
        make, model = (re.sub(r"[^\w .()+/-]", "", str(exif.get(tag, ""))).strip()[:60] for tag in (_MAKE, _MODEL))
    except Exception:  # as in _taken_at
        return ""
    return model if model.casefold().startswith(make.casefold()) else f"{make} {model}".strip()
