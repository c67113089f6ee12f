"""Taking stock: finding and hashing the inputs that decide a release."""

from pathlib import Path

from shortscience.pipeline.errors import UsageError
from shortscience.pipeline.object_store import fetch, is_url, prune
from shortscience.pipeline.parameters import BuildParameters
from shortscience.pipeline.recipe import Recipe, identify_files
from shortscience.pipeline.release.manifest import read_manifest
from shortscience.pipeline.release.store import Store, open_dataset
from shortscience.pipeline.sources.inputs import take_inventory

SHIPPED_CATALOGUE = Path(__file__).parents[1] / "catalogue" / "shortscience.parquet"


def take_stock(parameters: BuildParameters) -> Recipe:
    """Find and hash the inputs of a build, fetching those in object stores."""
    check_names(parameters)
    store = Store(parameters.folder)
    urls = {name for name in parameters.raw if is_url(name)}
    prune(store.fetched, urls)
    raw = [str(fetch(name, store.fetched)) if name in urls else name for name in parameters.raw]
    against = open_dataset(Path(parameters.against)) if parameters.against else None
    return Recipe(
        inventory=take_inventory(raw, store.spool, store.written),
        bibliography=identify_files([Path(name) for name in parameters.bibliography]),
        settings=parameters.settings,
        earlier_release=read_manifest(against)["release_id"] if against else None,
        earlier=against,
        catalogues=identify_files(_catalogues(parameters)),
    )


def check_names(parameters: BuildParameters) -> None:
    """Raise UsageError if a bibliography, a catalogue or a form of dumps does not exist."""
    named = {"bibliography": parameters.bibliography, "catalogue": parameters.catalogue}
    for kind, names in named.items():
        for name in names:
            if not Path(name).is_file():
                raise UsageError(f"There is no {kind} at {name}; check its name.")
    if parameters.allow_empty:
        # Slow to import, and seldom needed here.
        from shortscience.pipeline.schema import FORMS

        for form in parameters.allow_empty:
            if form not in FORMS:
                raise UsageError(f"Unknown dump form '{form}'; choose one of {', '.join(FORMS)}.")


def _catalogues(parameters: BuildParameters) -> list[Path]:
    """Return the named catalogues and the shipped one, which comes last in precedence."""
    paths = [Path(name) for name in parameters.catalogue]
    return [*paths, SHIPPED_CATALOGUE] if parameters.shipped_catalogue else paths
