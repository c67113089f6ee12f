"""Croissant 1.1 metadata: a machine-readable description of the release.

Format: https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from shortscience.pipeline.digests import sha256
from shortscience.pipeline.release import about
from shortscience.pipeline.release.parquet import table_files, table_folder
from shortscience.pipeline.schema import TABLES, Column, Table, Type
from shortscience.pipeline.settings import ReleaseSettings

_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "fileProperty": "cr:fileProperty",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "arrayShape": "cr:arrayShape",
    "key": "cr:key",
    "md5": "cr:md5",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "sc": "https://schema.org/",
    "source": "cr:source",
}
_PARQUET = "application/x-parquet"
_DATA_TYPES = {
    Type.STRING: "sc:Text",
    Type.STRINGS: "sc:Text",
    Type.BOOL: "sc:Boolean",
    Type.INT32: "cr:Int32",
    Type.INT64: "cr:Int64",
    Type.FLOAT64: "cr:Float64",
    Type.DATE: "sc:Date",
    Type.TIMESTAMP: "sc:DateTime",
}


_CONFORMS_TO = (
    "http://mlcommons.org/croissant/1.1",
    "http://mlcommons.org/croissant/RAI/1.0",
)
_RESPONSIBLE_USE = {
    "rai:dataCollection": about.COLLECTION,
    "rai:dataCollectionType": ["Web Scraping", "Secondary Data Analysis"],
    "rai:dataCollectionRawData": about.RAW_DATA,
    "rai:dataCollectionMissingData": about.MISSING_DATA,
    "rai:dataPreprocessingProtocol": [about.PREPROCESSING],
    "rai:dataUseCases": [about.USE_CASES, about.NO_USE_CASES],
    "rai:dataBiases": [about.BIASES],
    "rai:dataLimitations": [about.LIMITATIONS],
    "rai:personalSensitiveInformation": [about.PERSONAL],
    "rai:dataReleaseMaintenancePlan": about.MAINTENANCE,
}


def croissant(release: Path, release_id: str, settings: ReleaseSettings) -> dict[str, Any]:
    """Describe the tables of a release whose Parquet files are written."""
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "name": about.NAME,
        "description": about.DESCRIPTION,
        "conformsTo": list(_CONFORMS_TO),
        "license": settings.licence_link or settings.licence,
        "usageInfo": about.RIGHTS,
        "url": about.HOMEPAGE,
        "keywords": list(about.KEYWORDS),
        "version": f"1.0.0+{release_id}",
        **_RESPONSIBLE_USE,
        "distribution": [item for name in TABLES for item in _files(release, name)],
        "recordSet": [_record_set(release, table) for table in TABLES.values()],
    }


def _files(release: Path, table: str) -> Iterator[dict[str, Any]]:
    """Describe the files of a table, and the set of them if there are several."""
    described = [_file(release, table, path) for path in table_files(release, table)]
    yield from described
    if len(described) > 1:
        folder = table_folder(release, table).relative_to(release).as_posix()
        yield {
            "@type": "cr:FileSet",
            "@id": f"{table}-files",
            "name": f"{table}-files",
            "includes": f"{folder}/*.parquet",
            "encodingFormat": _PARQUET,
        }


def _source(release: Path, table: str) -> dict[str, Any]:
    """Name the source of a table's rows."""
    if len(table_files(release, table)) > 1:
        return {"fileSet": {"@id": f"{table}-files"}}
    return {"fileObject": {"@id": f"{table}-file"}}


def _file(release: Path, table: str, path: Path) -> dict[str, Any]:
    place = path.stem.split("-")[1].lstrip("0")
    name = f"{table}-file-{place}" if place else f"{table}-file"
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": path.relative_to(release).as_posix(),
        "contentSize": f"{path.stat().st_size} B",
        "encodingFormat": _PARQUET,
        "sha256": sha256(path),
    }


def _record_set(release: Path, table: Table) -> dict[str, Any]:
    source = _source(release, table.name)
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": table.description,
        "key": [{"@id": f"{table.name}/{name}"} for name in table.key],
        "field": [_field(column, table, source) for column in table.columns],
    }


def _field(column: Column, table: Table, source: dict[str, Any]) -> dict[str, Any]:
    field: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{table.name}/{column.name}",
        "name": column.name,
        "description": column.description,
        "dataType": _DATA_TYPES[column.type],
        "source": {
            **source,
            "extract": {"column": column.name},
        },
    }
    if column.type is Type.STRINGS:
        field |= {"isArray": True, "arrayShape": "-1"}
    if column.references and (table.name, column.name) in _acyclic_references():
        field["references"] = {"field": {"@id": column.references.replace(".", "/")}}
    return field


@cache
def _acyclic_references() -> frozenset[tuple[str, str]]:
    """Return the foreign keys, as (table, column), that form no cycle between tables.

    Records point to summaries and summaries to records; mlcroissant can load neither table if both
    directions are declared.
    """
    targets: dict[str, set[str]] = {name: set() for name in TABLES}
    kept = set()
    for table in TABLES.values():
        for column in table.columns:
            target = (column.references or "").partition(".")[0]
            if target and table.name not in _reachable(target, targets):
                targets[table.name].add(target)
                kept.add((table.name, column.name))
    return frozenset(kept)


def _reachable(table: str, targets: dict[str, set[str]]) -> set[str]:
    found = {table}
    for target in targets[table]:
        found |= _reachable(target, targets)
    return found
