"""Which tests need a browser, so that the others can run alone."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items):
    """Mark what asks for a browser."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
