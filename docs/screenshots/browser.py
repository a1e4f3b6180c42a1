"""Pictures of the Web UI's pages by a real, headless Chromium, which runs the pages' scripts."""

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

from PIL import Image
from playwright.async_api import Browser, async_playwright

from models.search_attributes import LISTED

WIDTH, HEIGHT = 1500, 1200
LIST = (2200, 520)
"""Width and height of a list: its columns lie side by side."""
SETTLE_MS = 5000
"""A page of the Web UI goes on loading after its load event."""
TRIES = 6
COLOURS = 48
_COLUMNS = json.dumps(
    {"default": [{"label": one} for one in ("Status", "Workflow ID", *(key.name for key in LISTED))]},
    ensure_ascii=False,
)
"""The columns of the lists, as an operator sets them once for their browser (docs/operating.md)."""


def page_of(ui: str, workflow: str, run: str, tab: str) -> str:
    """The address of a tab of a workflow's page."""
    return f"{ui}/namespaces/default/workflows/{quote(workflow, safe='')}/{run}/{tab}"


def list_of(ui: str, query: str) -> str:
    """The address of the list of workflows that a query finds."""
    return f"{ui}/namespaces/default/workflows?query={quote(query)}"


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium; RuntimeError where it is not installed."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise RuntimeError("no Chromium on PATH: apt-get install chromium fonts-noto-cjk")
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
        )
        yield launched
        await launched.close()


async def shoot(
    browser: Browser, address: str, file: Path, expected: str, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> bool:
    """Write a PNG of a page, opened again until the expected words have come; whether they came."""
    page = await browser.new_page(
        viewport={"width": size[0], "height": size[1]}, timezone_id="Asia/Shanghai", locale="zh-CN"
    )
    await page.add_init_script(
        f"localStorage.setItem('namespace-workflow-table-columns', {json.dumps(_COLUMNS)})"
    )
    for _ in range(TRIES):
        # The page asks its worker once; what was not ready is shown only when it is opened again.
        await page.goto(address)
        await page.wait_for_timeout(SETTLE_MS)
        # Markdown is shown in a frame of its own.
        shown = any([expected in await frame.content() for frame in page.frames])
        if shown:
            break
    await page.screenshot(path=file)
    await page.close()
    _shrink(file)
    return shown


def _shrink(file: Path) -> None:
    """Few colours are enough for text; a quarter of the bytes then stays in the repository."""
    with Image.open(file) as picture:
        picture.convert("RGB").quantize(COLOURS).save(file, optimize=True)
