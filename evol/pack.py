"""Find, load and check a domain pack: built in, installed by anybody, or a folder.

A pack is a folder whose `domain.toml` names its operations, prompts, eliminator, seeds, goldens
and procedural teacher. Installed packs, ours included, are found by the entry-point group
`evol.domains`, whose value is the import path of the folder. Nothing of a pack's own Python is
imported before it is needed.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from evol._folder_packs import package_of
from evol.errors import PackError, nearest
from evol.protocols import Eliminator, PackContext, Prompts, Teacher
from evol.types import Json, Operation, Sampling, Verdict

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

GROUP = "evol.domains"
SHARED_CODE = "evol.verifiers"
REFERENCES = ("eliminator", "procedural", "verify", "score", "audit", "vote", "doctor")

VerifyHook = Callable[[Mapping[str, Json]], Verdict]
VoteHook = Callable[[Sequence[str]], list[list[int]]]
DoctorHook = Callable[[], list[dict[str, str]]]


class PackPrompts:
    """A pack's templates: Jinja2 in its sandbox, compiled once, a missing variable is an error."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def _environment(self) -> SandboxedEnvironment:
        from jinja2 import FileSystemLoader, StrictUndefined
        from jinja2.sandbox import SandboxedEnvironment

        return SandboxedEnvironment(
            loader=FileSystemLoader(self.folder), undefined=StrictUndefined, cache_size=-1, auto_reload=False
        )

    def render(self, path: str, **variables: object) -> str:
        """Return the template at `path`, relative to the pack, filled in.

        Raises PackError naming the file where it is missing, is no template, or wants a variable
        that it is not given.
        """
        from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError

        file = self.folder / path
        try:
            return self._environment.get_template(path).render(variables)
        except TemplateNotFound:
            raise PackError(f"The prompt {file} does not exist.") from None
        except TemplateSyntaxError as error:
            raise PackError(f"The prompt {file}, line {error.lineno}: {error.message}.") from error
        except (TemplateError, UnicodeDecodeError) as error:
            raise PackError(f"The prompt {file} cannot be filled in: {error}.") from error


@dataclass(frozen=True)
class Pack:
    """A loaded domain pack.

    `package` is the import path of `folder`; the references are `module:attribute`, where a
    module that lies in the folder may be named without the package.
    """

    name: str
    title: str
    description: str
    folder: Path
    package: str
    operations: tuple[Operation, ...]
    sampling: Sampling
    settings: Mapping[str, Json]
    context: PackContext
    seeds: Path | None
    golden: Path | None
    references: Mapping[str, str]

    @property
    def prompts(self) -> Prompts:
        """The pack's templates."""
        return self.context.prompts

    def operation(self, name: str) -> Operation:
        """Return the operation of that name; raises PackError with the nearest one."""
        for operation in self.operations:
            if operation.name == name:
                return operation
        known = [operation.name for operation in self.operations]
        raise PackError(
            f"The domain {self.name!r} has no operation {name!r}.{nearest(name, known)} "
            f"It has: {', '.join(known)}."
        )

    def eliminator(self) -> Eliminator:
        """Build the pack's eliminator."""
        return cast("Eliminator", self._resolve("eliminator")(self.context))

    def procedural(self, error: float = 0.0, seed: int = 0) -> Teacher:
        """Build the pack's procedural teacher, which errs in a share `error` of its replies."""
        if "procedural" not in self.references:
            raise PackError(
                f"The domain {self.name!r} has no procedural teacher; "
                "name a model with --teacher openai:MODEL."
            )
        return cast("Teacher", self._resolve("procedural")(self.context, error=error, seed=seed))

    def verify_hook(self) -> VerifyHook | None:
        """Return the pack's offline check of one dataset row, or None where it has none."""
        return cast("VerifyHook", self._resolve("verify")) if "verify" in self.references else None

    def score_hook(self) -> VerifyHook | None:
        """Return what judges a model's response to a benchmark's row by the row's gold alone.

        A pack whose `verify` judges more than that (the math pack's also checks each step) names
        another function as `score`; without one, it is `verify`.
        """
        return (
            cast("VerifyHook", self._resolve("score")) if "score" in self.references else self.verify_hook()
        )

    def audit_hook(self) -> VerifyHook | None:
        """Return what judges a row of somebody else's data set, what it is judged by included.

        A pack that can tell whether a row's own tests are worth anything names another function than
        `verify` as `audit`; without one, it is `verify`.
        """
        return (
            cast("VerifyHook", self._resolve("audit")) if "audit" in self.references else self.verify_hook()
        )

    def vote_hook(self) -> VoteHook | None:
        """Return what sorts responses into classes of equal answers, for majority votes; largest first."""
        return cast("VoteHook", self._resolve("vote")) if "vote" in self.references else None

    def doctor_hook(self) -> DoctorHook | None:
        """Return what reports, as table rows, whether this machine can run the pack's verifiers."""
        return cast("DoctorHook", self._resolve("doctor")) if "doctor" in self.references else None

    @cached_property
    def prompt_digests(self) -> dict[str, str]:
        """The digest of each prompt file, by its path relative to the pack."""
        files = {self.folder / operation.prompt for operation in self.operations}
        files |= {path for path in (self.folder / "prompts").rglob("*") if path.is_file()}
        return {path.relative_to(self.folder).as_posix(): _digest([path]) for path in sorted(files)}

    @cached_property
    def code_digest(self) -> str:
        """The digest of all code that decides a verdict: where it changes, rows are judged again."""
        files = [path for kind in ("*.py", "*.toml") for path in self.folder.rglob(kind)]
        files += [self.folder / path for path in self.prompt_digests]
        files += [
            path for path in self.folder.parent.glob("_*.py") if (self.folder.parent / "__init__.py").exists()
        ]
        files += [path for folder in _locations(SHARED_CODE) for path in folder.rglob("*.py")]
        return _digest(files)

    def _resolve(self, field: str) -> Any:
        """Import what a reference names; a module that lies in the pack wins over any other."""
        reference = self.references[field]
        local = self.folder.joinpath(*reference.partition(":")[0].split("."))
        inside = local.with_name(f"{local.name}.py").is_file() or (local / "__init__.py").is_file()
        try:
            return pkgutil.resolve_name(f"{self.package}.{reference}" if inside else reference)
        except (ImportError, AttributeError, SyntaxError) as error:
            raise PackError(
                f"{self.folder / 'domain.toml'}: {field} names {reference!r}, "
                f"which cannot be loaded: {error}."
            ) from error


def find_packs() -> dict[str, str]:
    """Return the import path of each installed pack by the domain's name, sorted; loads none."""
    found: dict[str, str] = {}
    for point in sorted(entry_points(group=GROUP)):
        if found.setdefault(point.name, point.value) != point.value:
            raise PackError(
                f"Two installed packages offer the domain {point.name!r}: {found[point.name]} "
                f"and {point.value}; uninstall one of them."
            )
    return found


def load_pack(name_or_path: str) -> Pack:
    """Load an installed pack by name, or the one in a folder where a path is given (`./folder`).

    Raises PackError: no such domain (with the nearest name), or what is wrong in which file.
    """
    if name_or_path.startswith((".", "~")) or os.sep in name_or_path:
        folder = Path(name_or_path).expanduser()
        if not folder.is_dir():
            raise PackError(f"There is no folder {name_or_path} to read a domain pack from.")
        return _load(folder.resolve(), package_of(folder))
    packs = find_packs()
    if name_or_path not in packs:
        raise PackError(_unknown(name_or_path, packs))
    package = packs[name_or_path]
    folders = _locations(package)
    if not folders:
        raise PackError(
            f"The domain {name_or_path!r} is registered as {package}, which cannot be imported; reinstall it."
        )
    pack = _load(folders[0], package)
    if pack.name != name_or_path:
        raise PackError(
            f"{pack.folder / 'domain.toml'}: name is {pack.name!r}, "
            f"but the pack is installed as {name_or_path!r}."
        )
    return pack


def _unknown(name: str, packs: Mapping[str, str]) -> str:
    said = f"There is no domain {name!r}.{nearest(name, packs)} Installed: {', '.join(packs) or 'none'}."
    if (Path(name) / "domain.toml").is_file():
        said += f" To read the folder of that name, write ./{name}."
    return said


def _load(folder: Path, package: str) -> Pack:
    from evol._manifest import read_manifest

    manifest = read_manifest(folder)
    sampling = Sampling(**manifest.sampling.model_dump())
    context = PackContext(manifest.name, PackPrompts(folder), manifest.settings, sampling)
    references = {key: getattr(manifest, key) for key in REFERENCES}
    return Pack(
        name=manifest.name,
        title=manifest.title,
        description=manifest.description,
        folder=folder,
        package=package,
        operations=manifest.operations(),
        sampling=sampling,
        settings=manifest.settings,
        context=context,
        seeds=folder / manifest.seeds if manifest.seeds else None,
        golden=folder / manifest.golden if manifest.golden else None,
        references={key: value for key, value in references.items() if value},
    )


def _locations(package: str) -> list[Path]:
    """Return the folders of a package without importing it; empty where there is none."""
    try:
        spec = importlib.util.find_spec(package)
    except ModuleNotFoundError:
        return []
    return [Path(place) for place in (spec and spec.submodule_search_locations) or []]


def _digest(files: Iterable[Path]) -> str:
    """Return the digest of the files' names and contents, whatever folder they lie in."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(set(files)):
        digest.update(f"{path.parent.name}/{path.name}".encode("utf-8", "surrogateescape"))
        digest.update(hashlib.blake2b(path.read_bytes()).digest())
    return digest.hexdigest()
