"""Photos of the demo district: drawn, so that nobody is on them. They carry capture time and place as a phone's would."""

import io
from datetime import datetime
from random import Random

from PIL import Image, ImageDraw

SKY, GROUND, WALL, DARK, ACCENT = "#cfe0ee", "#b9b4a6", "#e9e2d3", "#5b6672", "#c2571a"


def scene(random: Random, taken: datetime, latitude: str, longitude: str) -> bytes:
    """A JPEG of an estate corner: buildings, something left in the way, sometimes a number plate to be masked."""
    picture = Image.new("RGB", (1200, 900), SKY)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 560, 1200, 900), fill=GROUND)
    for left in range(60, 1100, 260):
        top = random.randrange(120, 320)
        draw.rectangle((left, top, left + 190, 580), fill=WALL, outline=DARK, width=3)
        for row in range(top + 30, 540, 60):
            for column in range(left + 22, left + 170, 50):
                draw.rectangle(
                    (column, row, column + 26, row + 34), fill=random.choice(("#9fb6c8", "#86a1b5", "#d8c98f"))
                )
    for _ in range(random.randrange(2, 6)):
        x, y = random.randrange(80, 1000), random.randrange(620, 800)
        draw.rectangle(
            (x, y, x + random.randrange(60, 160), y + random.randrange(40, 90)), fill=ACCENT, outline=DARK, width=3
        )
    draw.rectangle((860, 760, 1040, 806), fill="#1d4f91", outline="white", width=3)
    draw.text((880, 772), f"YB{random.randrange(10000, 99999)}", fill="white")
    return _jpeg(picture, taken, latitude, longitude)


def _jpeg(picture: Image.Image, taken: datetime, latitude: str, longitude: str) -> bytes:
    exif = Image.Exif()
    exif[0x0132] = taken.strftime("%Y:%m:%d %H:%M:%S")
    exif.get_ifd(0x8769)[0x9003] = taken.strftime("%Y:%m:%d %H:%M:%S")
    exif.get_ifd(0x8825).update({1: "N", 2: (float(latitude), 0.0, 0.0), 3: "E", 4: (float(longitude), 0.0, 0.0)})
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82, exif=exif)
    return out.getvalue()


PLATE = (7166, 8444, 1500, 512)  # where the plate is, in ten-thousandths of the picture
