"""
Chromium for tests, where there is one: playwright drives the one of the system.

``chromium()`` is a context manager; whoever needs it skips with its reason without.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

EXECUTABLE: Final = Path("/usr/bin/chromium")
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser without a window; the test is skipped where none can be had."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed"
    )
    if not EXECUTABLE.exists():
        pytest.skip(f"there is no {EXECUTABLE}")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=str(EXECUTABLE), args=list(ARGUMENTS)
        )
        try:
            yield browser
        finally:
            browser.close()


class Watched:
    """
    A page and all that it should not do: requests, dialogs, errors.

    ``requests`` are those that would leave the file it was opened from.
    """

    def __init__(self, context: Any) -> None:
        self.requests: list[str] = []
        self.dialogs: list[str] = []
        self.errors: list[str] = []
        self.page = context.new_page()
        self.page.on("request", self._request)
        self.page.on("dialog", self._dialog)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._console)

    @property
    def quiet(self) -> bool:
        """Whether it did none of it."""
        return not (self.requests or self.dialogs or self.errors)

    def _request(self, request: Any) -> None:
        if not request.url.startswith(("file:", "data:", "blob:", "about:")):
            self.requests.append(request.url)

    def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _console(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(message.text)


def violations(page: Any) -> list[str]:
    """What axe-core finds wrong with the page; skipped where it is not at hand."""
    path = os.environ.get("AXE_CORE")
    if not path:
        pytest.skip("AXE_CORE does not name the file axe.min.js of axe-core")
    page.evaluate(Path(path).read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")
    return [
        f"{each['id']}: {node['html']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]
