"""What is built and shipped is what stands in the tree: no more, no less, and it works elsewhere."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HOMES = {"evol": "evol", "domains": "evol/domains", "verifiers": "evol/verifiers", "train": "evol/train"}
LINKS = {"evol/domains", "evol/verifiers", "evol/train"}

pytestmark = pytest.mark.slow


def source_files() -> dict[str, Path]:
    """Every file of the four source folders, by the path under which it must be shipped."""
    found = {}
    for folder, home in HOMES.items():
        for path in (ROOT / folder).rglob("*"):
            inside = path.relative_to(ROOT)
            linked = any(link in LINKS for link in (p.as_posix() for p in inside.parents))
            if path.is_file() and not linked and "__pycache__" not in inside.parts:
                found[f"{home}/{path.relative_to(ROOT / folder).as_posix()}"] = path
    return found


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("dist")
    for folder in HOMES:
        shutil.copytree(
            ROOT / folder, tree / folder, symlinks=True, ignore=shutil.ignore_patterns("__pycache__")
        )
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, tree)
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(tree)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return out


def only(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def test_the_wheel_holds_exactly_the_source_tree(built: Path) -> None:
    with zipfile.ZipFile(only(built, "*.whl")) as wheel:
        shipped = {name for name in wheel.namelist() if ".dist-info/" not in name}
        assert shipped == set(source_files())
        for name, path in source_files().items():
            assert wheel.read(name) == path.read_bytes(), name


def test_the_wheel_carries_licence_and_pack_registrations(built: Path) -> None:
    with zipfile.ZipFile(only(built, "*.whl")) as wheel:
        names = wheel.namelist()
        registered = next(wheel.read(n).decode() for n in names if n.endswith("entry_points.txt"))
        assert any(n.endswith("licenses/LICENSE") for n in names)
    assert "[evol.domains]" in registered
    assert "math = evol.domains.math" in registered


def test_the_sdist_holds_every_source_file_and_no_tests(built: Path) -> None:
    with tarfile.open(only(built, "*.tar.gz")) as sdist:
        names = {Path(name).relative_to(Path(name).parts[0]).as_posix() for name in sdist.getnames()}
    assert {path.relative_to(ROOT).as_posix() for path in source_files().values()} <= names
    assert {"LICENSE", "README.md", "pyproject.toml"} <= names
    assert not [name for name in names if name.startswith("tests")]


def test_the_wheel_works_from_another_folder(built: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(only(built, "*.whl")) as wheel:
        wheel.extractall(tmp_path / "site")
    modules = [
        name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for name in source_files()
        if name.endswith(".py") and not name.endswith("__main__.py")
    ]
    program = f"""
import importlib, sys
sys.path.insert(0, {str(tmp_path / "site")!r})
for name in {sorted(modules)!r}:
    importlib.import_module(name)
import evol
from evol.pack import find_packs, load_pack
assert evol.__file__.startswith({str(tmp_path)!r}), evol.__file__
for name in find_packs():
    pack = load_pack(name)
    assert str(pack.folder).startswith({str(tmp_path)!r}), pack.folder
    for operation in pack.operations:
        assert "PROBE" in pack.prompts.render(operation.prompt, instruction="PROBE")
assert "torch" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]


def test_the_version_is_one(built: Path) -> None:
    import evol

    assert only(built, "*.whl").name.startswith(f"evol-{evol.__version__}-")
