"""Pictures of a ledger for docs/reference/ledger.md: the first page in each language, taken by a browser without a window.

    python builders/ledger_pictures.py LEDGER docs/reference

LEDGER is a folder that `hudhud ledger` wrote.  Needs Chromium (Debian: chromium, fonts-noto-core).
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WIDTH_PX, HEIGHT_PX = 1100, 1000
LARGEST_BYTES = 200_000
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-quic", "--hide-scrollbars")  # fmt: skip


def picture(page: Path, target: Path) -> None:
    """The top of a page as a PNG."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        sys.exit("Chromium is not installed: apt-get install chromium fonts-noto-core")
    with tempfile.TemporaryDirectory() as profile:
        size = f"--window-size={WIDTH_PX},{HEIGHT_PX}"
        command = [
            browser,
            *FLAGS,
            f"--user-data-dir={profile}",
            size,
            f"--screenshot={target}",
            page.resolve().as_uri(),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    if target.stat().st_size > LARGEST_BYTES:
        sys.exit(f"{target} has {target.stat().st_size:,} bytes, more than {LARGEST_BYTES:,}")


if __name__ == "__main__":
    ledger, folder = map(Path, sys.argv[1:])
    for language in ("en", "ar"):
        picture(ledger / language / "index.html", folder / f"ledger-{language}.png")
