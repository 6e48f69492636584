"""Import the Python of a pack that is not installed, under a name that any process can resolve.

A pack may be a mere folder (`--domain ./folder`). Its modules are imported below this module as
`evol._folder_packs.x<hex of the folder's path>`: the name says where the code is, so a verifier's
worker process unpickles a function from it without being told anything first, no entry is put on
`sys.path`, and a folder called `math` or `json` shadows nobody.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

__path__: list[str] = []


def package_of(folder: Path) -> str:
    """Return the name under which the modules of `folder` can be imported."""
    return f"{__name__}.x{os.fsencode(folder.resolve()).hex()}"


class _FolderFinder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        parent, _, name = fullname.rpartition(".")
        if parent != __name__ or not name.startswith("x"):
            return None
        folder = Path(os.fsdecode(bytes.fromhex(name[1:])))
        if (folder / "__init__.py").is_file():
            return spec_from_file_location(
                fullname, folder / "__init__.py", submodule_search_locations=[str(folder)]
            )
        spec = ModuleSpec(fullname, None, is_package=True)
        spec.submodule_search_locations = [str(folder)]
        return spec


sys.meta_path.append(_FolderFinder())
