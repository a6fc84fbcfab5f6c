"""
Build the package as it would be released, and check what a user gets.

    python .ci/wheel.py FOLDER

The sdist is built from the checkout, the wheel from the sdist, and the wheel is installed into a fresh environment
without extras: only what README promises may come with it, every file of the package must be in it, and neither
`import emailapi` nor making a client may load anything else.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The five that are promised, what requests and cattrs need, and what a new environment has.
PROMISED = {"emailapi-sdk", "requests", "attrs", "cattrs", "idna", "tzdata"}
NEEDED = {"urllib3", "certifi", "charset-normalizer", "typing-extensions", "exceptiongroup"}
PRESENT = {"pip", "setuptools"}


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """Return what a command printed; stop when it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\nfailed with {done.returncode}: {' '.join(map(str, command))[:300]}")
    return done.stdout


def environment(folder: Path, *packages: str | Path) -> Path:
    """Return the Python of a new environment with these packages."""
    run(sys.executable, "-m", "venv", folder)
    python = folder / "bin" / "python"
    run(python, "-m", "pip", "install", "-qq", *packages)
    return python


def build(folder: Path) -> Path:
    """Return the wheel, built from the sdist."""
    builder = environment(folder / "builder", "build")
    run(builder, "-m", "build", "--outdir", folder / "dist", ROOT)
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel


def check_files(wheel: Path) -> None:
    """Stop unless each file of the package that git knows is in the wheel, and nothing but the package."""
    known = set(run("git", "ls-files", "--cached", "--others", "--exclude-standard", "emailapi").split("\n")) - {""}
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    if packed != known:
        sys.exit(f"the wheel lacks {sorted(known - packed)} and has beside it {sorted(packed - known)}")


def check_installed(python: Path) -> None:
    """Stop unless exactly the promised packages were installed."""
    listing = "from importlib.metadata import distributions\nfor found in distributions(): print(found.name)"
    names = run(python, "-c", listing).split()
    found = {name.lower().replace("_", "-") for name in names}
    if not PROMISED <= found <= PROMISED | NEEDED | PRESENT:
        sys.exit(f"installed: {sorted(found)}; promised: {sorted(PROMISED | NEEDED)}")


def check_demo(folder: Path) -> None:
    """Stop unless the command line names the extra that the demo needs."""
    done = subprocess.run([folder / "emailapi", "demo"], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in (1, 3) or "emailapi-sdk[sandbox]" not in done.stderr or "Traceback" in done.stderr:
        sys.exit(f"emailapi demo without its extra: exit code {done.returncode}, {done.stderr}")


def main(folder: Path) -> None:
    """Build and check."""
    folder.mkdir(parents=True)
    wheel = build(folder)
    check_files(wheel)
    python = environment(folder / "installed", wheel)
    check_installed(python)
    print(run(python, ROOT / ".ci" / "front_door.py", cwd=folder), end="")
    check_demo(python.parent)


main(Path(sys.argv[1]).resolve())
