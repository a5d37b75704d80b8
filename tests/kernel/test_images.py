"""Photos: told by content, refused when damaged or too large, and published without anything attached."""

import io
import struct
import zlib
from contextlib import suppress
from datetime import UTC, datetime

import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from portal.kernel import images, pdf
from portal.kernel.errors import DomainError
from portal.kernel.images import glance, inspect, public_copy, thumbnail

SECRET = b"HuaweiSecretModel"


def noise(width=120, height=80):
    """A picture that does not compress to nothing: top left red, bottom right blue, grey noise between."""
    image = Image.effect_noise((width, height), 60).convert("RGB")
    image.paste((255, 0, 0), (0, 0, width // 4, height // 4))
    image.paste((0, 0, 255), (width * 3 // 4, height * 3 // 4, width, height))
    return image


def exif_of(orientation=1, taken="2025:03:04 10:20:30", latitude=(22, 33, 18.0), offset=None):
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F], exif[0x0110] = "Huawei", SECRET.decode()
    details = exif.get_ifd(0x8769)
    details[0x9003] = taken
    if offset:
        details[0x9011] = offset
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", latitude, "E", (113, 53, 6.0)
    return exif


def encoded(image=None, form="JPEG", **options):
    target = io.BytesIO()
    (image or noise()).save(target, form, **options)
    return target.getvalue()


def png_header(width, height):
    """A PNG that announces a size and holds next to nothing."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("form", "media_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("HEIF", "image/heic")],
)
def test_each_format_is_told_by_its_content_and_its_exif_read(form, media_type):
    data = encoded(form=form, exif=exif_of().tobytes())
    picture = inspect(data, "photo.txt")
    assert glance(data, "photo.txt") == picture
    assert (picture.media_type, picture.width, picture.height) == (media_type, 120, 80)
    assert picture.taken_at.astimezone(UTC) == datetime(2025, 3, 4, 2, 20, 30, tzinfo=UTC)
    assert (picture.latitude, picture.longitude) == (22.555, 113.885)
    assert picture.device == "HuaweiSecretModel"


def test_a_photo_without_exif_says_nothing():
    picture = inspect(encoded())
    assert (picture.taken_at, picture.latitude, picture.longitude, picture.device) == (None, None, None, "")


def test_the_zone_of_the_camera_counts():
    picture = inspect(encoded(exif=exif_of(offset="-05:00").tobytes()))
    assert picture.taken_at.astimezone(UTC) == datetime(2025, 3, 4, 15, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize("latitude", [(0, 0), (200, 0, 0), "north", (float("nan"), 0, 0)])
def test_a_place_that_cannot_be_is_no_place(latitude):
    try:
        exif = exif_of(latitude=latitude).tobytes()
    except Exception:
        exif = exif_of(latitude=(91, 0, 0.0)).tobytes()
    picture = inspect(encoded(exif=exif))
    assert (picture.latitude, picture.longitude) == (None, None)


@pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "yesterday", ""])
def test_a_time_that_cannot_be_is_no_time(taken):
    assert inspect(encoded(exif=exif_of(taken=taken).tobytes())).taken_at is None


def test_width_and_height_are_those_of_the_upright_picture():
    picture = inspect(encoded(exif=exif_of(orientation=6).tobytes()))
    assert (picture.width, picture.height) == (80, 120)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("part", [0.3, 0.7, 0.95])
def test_truncated_photos_are_refused(form, part):
    data = encoded(form=form)
    for read in (glance, inspect, thumbnail, images.copies, lambda cut: public_copy(cut, [])):
        with pytest.raises(DomainError, match="不是完整的图片"):
            read(data[: int(len(data) * part)])


def test_a_document_drawn_before_does_not_let_cut_photos_in():
    """The library that draws documents tells the image library to accept cut files."""
    pdf.render("<p>文书</p>", title="文书")
    with pytest.raises(DomainError, match="不是完整的图片"):
        inspect(encoded()[:300])


@pytest.mark.parametrize("data", [b"", b"GIF89a" + b"x" * 50, b"<svg/>", b"\xff\xd8\xff", b"%PDF-1.7", b"RIFF1234WEBP"])
def test_what_is_no_photo_is_refused_by_name(data):
    with pytest.raises(DomainError, match="“evil.jpg”不是完整的图片"):
        inspect(data, "evil.jpg")


@pytest.mark.parametrize(("width", "height"), [(7100, 7100), (10_000, 10_000), (60_000, 60_000)])
def test_a_pixel_bomb_is_refused_before_it_is_decoded(width, height, monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    for read in (glance, inspect, thumbnail, images.copies, lambda data: public_copy(data, [])):
        with pytest.raises(DomainError, match="5000万像素"):
            read(png_header(width, height))


def test_more_than_15_mb_is_refused():
    with pytest.raises(DomainError, match="15MB"):
        inspect(b"\xff\xd8\xff" + bytes(images.MAX_BYTES))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_copies_carry_nothing_of_the_camera(form):
    options = {"comment": b"secret comment"} if form == "JPEG" else {}
    data = encoded(form=form, exif=exif_of().tobytes(), **options)
    assert SECRET in data
    for copy in (thumbnail(data), public_copy(data, []), *images.copies(data)):
        image = Image.open(io.BytesIO(copy))
        assert image.format == "JPEG"
        assert dict(image.getexif()) == {}
        assert not {"exif", "comment", "icc_profile", "xmp", "photoshop"} & set(image.info)
        assert SECRET not in copy
        assert b"Exif" not in copy
        assert b"secret comment" not in copy


@pytest.mark.parametrize("form", ["JPEG", "WEBP", "HEIF"])
def test_a_glance_decodes_nothing(form, monkeypatch):
    data = encoded(form=form, exif=exif_of(orientation=6).tobytes()) + b"more"
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    if form == "HEIF":
        with pytest.raises(DomainError):
            glance(data)  # what follows the last box is no box
        data = data[:-4]
    assert (glance(data).width, glance(data).height) == (80, 120)


def test_copies_made_together_are_those_made_one_by_one():
    big = encoded(noise(2400, 1200), exif=exif_of(orientation=6).tobytes())
    small, screen = (Image.open(io.BytesIO(copy)) for copy in images.copies(big))
    assert (small.size, screen.size) == ((240, 480), (800, 1600))
    red, _green, blue = small.getpixel((230, 10))
    assert red > 200
    assert blue < 60
    for mode in ("1", "L", "LA", "P", "RGBA", "CMYK", "I;16"):
        form = {"CMYK": "JPEG"}.get(mode, "PNG")
        data = encoded(Image.new(mode if mode != "I;16" else "I;16", (60, 40)), form)
        assert Image.open(io.BytesIO(images.copies(data)[1])).mode == "RGB"


def test_copies_are_upright_and_small():
    big = encoded(noise(2400, 1200), exif=exif_of(orientation=6).tobytes())
    small = Image.open(io.BytesIO(thumbnail(big)))
    assert small.size == (240, 480)
    red, _green, blue = small.getpixel((230, 10))  # the red corner of the stored picture is now at the top right
    assert red > 200
    assert blue < 60
    assert Image.open(io.BytesIO(public_copy(big, []))).size == (800, 1600)


def test_boxes_are_black_in_the_upright_picture_and_only_there():
    white = Image.new("RGB", (400, 200), (255, 255, 255))
    data = encoded(white, exif=exif_of(orientation=6).tobytes())  # shown as 200 wide, 400 high
    copy = Image.open(io.BytesIO(public_copy(data, [(5000, 2500, 2500, 1000), (9000, 9900, 5000, 5000)])))
    assert copy.size == (200, 400)
    for place in [(100, 100), (149, 100), (100, 139), (149, 139), (125, 120), (181, 397), (199, 399)]:
        assert max(copy.getpixel(place)) < 16, place
    for place in [(90, 120), (160, 120), (125, 90), (125, 150), (10, 10), (170, 390)]:
        assert min(copy.getpixel(place)) > 239, place


def test_a_box_hides_completely_although_the_picture_is_scaled_down():
    image = Image.new("RGB", (4000, 2000), (255, 255, 255))
    copy = Image.open(io.BytesIO(public_copy(encoded(image), [(1, 1, 4999, 4999)])))
    inside = copy.crop((8, 8, 792, 392)).convert("L")
    assert inside.getextrema()[1] < 16


@pytest.mark.parametrize("box", [(0, 0, 0, 10), (0, 0, 10, -5), (-1, 0, 10, 10), (10_000, 0, 10, 10)])
def test_a_box_outside_is_refused_rather_than_forgotten(box):
    with pytest.raises(DomainError, match="遮挡框"):
        public_copy(encoded(), [box])


def test_transparent_pictures_come_out_on_white():
    clear = Image.new("RGBA", (50, 50), (255, 0, 0, 0))
    assert min(Image.open(io.BytesIO(thumbnail(encoded(clear, "PNG")))).getpixel((25, 25))) > 250


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_photos_are_refused_or_read_but_never_stumble(data):
    content = bytearray(DAMAGEABLE[data.draw(st.sampled_from(sorted(DAMAGEABLE)))])
    for _change in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(12, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert outcome(bytes(content))


def outcome(data):
    """The size of a photo or the sentence of its refusal; any other error is a stumble."""
    with suppress(DomainError):
        glance(data)
    try:
        return f"{inspect(data).width} pixels"
    except DomainError as refused:
        return str(refused)


DAMAGEABLE = {
    form: encoded(Image.linear_gradient("L").convert("RGB").resize((60, 40)), form, exif=exif_of().tobytes())
    for form in ("JPEG", "PNG", "WEBP", "HEIF")
}
assert pillow_heif.is_supported(DAMAGEABLE["HEIF"])
