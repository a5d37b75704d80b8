#!/usr/bin/env python3
"""Takes the pictures of the README from real pages of the demo district: tools/pictures.py [FOLDER OF A LOADED DEMO].

Without a folder it loads the demo district into a temporary one first (about two minutes). The server listens on a free
loopback port and ends with the program. Needs what ``make test`` installs (playwright, Debian's chromium).
"""

import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

PROJECT = Path(__file__).resolve().parents[1]
TARGET = PROJECT / "docs" / "pictures"
PORTAL = Path(sys.executable).with_name("portal")
CHROMIUM = "/usr/bin/chromium"
INSPECTOR, PASSWORD = "insp-017001", "Baoan-Demo-2026"
SIZES = {"wide": (1240, 1100), "phone": (360, 800)}
LARGEST = 250_000  # bytes of one picture


def _portal(instance: Path, *arguments: str) -> None:
    subprocess.run([PORTAL, *arguments], env={**os.environ, "PORTAL_INSTANCE": str(instance)}, check=True)


@contextmanager
def _demo(folder: str | None) -> Iterator[Path]:
    """A copy of a loaded demo, so that signing in leaves no trace in it; or one loaded for the purpose."""
    with tempfile.TemporaryDirectory(prefix="pictures-") as scratch:
        instance = Path(scratch) / "instance"
        if folder:
            shutil.copytree(folder, instance)
        else:
            _portal(instance, "init")
            _portal(instance, "demo")
        (instance / ".demo").touch()  # the pages say that the data are made up
        yield instance


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@contextmanager
def _served(instance: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "PORTAL_INSTANCE": str(instance),
        "PORT": str(port),
        "BASE_URL": f"http://127.0.0.1:{port}",
    }
    server = subprocess.Popen([PORTAL, "serve", "--port", str(port)], env=environment, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not _answers(port):
            if server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("portal serve does not answer")
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def _keep(page: Page, name: str) -> None:
    """The first screen of a page, in few colours and small."""
    shot = Image.open(BytesIO(page.screenshot())).convert("RGB")
    path = TARGET / f"{name}.png"
    for colours in (192, 96, 48):
        shot.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size < LARGEST:
            break
    else:
        raise SystemExit(f"{path.name} stays larger than {LARGEST} bytes")
    print(f"{path.relative_to(PROJECT)}  {path.stat().st_size // 1000} kB")


def _open(page: Page, address: str) -> None:
    answer = page.goto(address)
    if answer is None or answer.status != 200:
        raise SystemExit(f"{address} does not answer 200")


def _public(page: Page, url: str, size: str) -> None:
    places = {"home": "/", "home-en": "/en/", "quarter": "/quarters/2026Q3", "lists": "/lists"}
    for name, path in places.items():
        _open(page, url + path)
        _keep(page, f"{name}-{size}")
    _open(page, f"{url}/ratings/2025")
    rated = re.findall(r'href="(?:/ratings/2025)?/estates/([A-Z0-9-]+)[".]', page.content())
    _open(page, f"{url}/estates/{rated[0]}" if rated else f"{url}/estates")
    _keep(page, f"estate-{size}")


def _check(page: Page, url: str, size: str) -> None:
    """A category of the check that waits as a draft."""
    _open(page, f"{url}/sign-in")
    page.fill("input[name=login]", INSPECTOR)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/work*")
    _open(page, f"{url}/inspections")
    drafts = re.findall(r'href="(/inspections/[0-9a-f]{20})"', page.content())
    _open(page, f"{url}{drafts[0]}/XF")
    _keep(page, f"check-{size}")


def _take(browser: Browser, url: str) -> None:
    for size, (width, height) in SIZES.items():
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            device_scale_factor=1.5 if size == "phone" else 1,
        )
        page = context.new_page()
        _public(page, url, size)
        _check(page, url, size)
        context.close()


def main() -> None:
    """Take all pictures."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with (
        _demo(sys.argv[1] if len(sys.argv) > 1 else None) as instance,
        _served(instance) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--lang=zh-CN"]
        )
        _take(browser, url)
        browser.close()


if __name__ == "__main__":
    main()
