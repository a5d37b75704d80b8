"""Debian's Chromium for tests: one browser a worker, since one process can hold one Playwright only.

Its headless shell where that is installed: it opens no windows of its own, so a page costs it a third.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

BROWSERS = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The first: a page takes the place of the last one in its frame, which saves a fifth of what a load costs. The others are
    # switched off by Playwright, whose list this one replaces.
    "--disable-features=RenderDocument,PaintHolding,HttpsUpgrades,MediaRouter,OptimizationHints",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    found = next((path for path in BROWSERS if path.exists()), None)
    if found is None:
        pytest.fail("Chromium is missing: apt-get install chromium-headless-shell (make test does it as root)")
    os.environ.setdefault("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(found), args=list(ARGUMENTS))
        yield launched
        launched.close()
