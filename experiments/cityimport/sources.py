"""The client's tables, whatever their form, as tables with our column names and their row numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cityfiles import inside, read_table
from sim.errors import nearest
from sim.findings import Findings

if TYPE_CHECKING:
    from sim.citytable import Table

SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".parquet", ".geojson", ".json", ".graphml")
SHAPES = (".geojson", ".json")
SHOWN_LETTERS = 60  # of a column's name in a hint


class Place:
    """The folder of a mapping file: everything that an import reads lies in it."""

    def __init__(self, mapping: Path, findings: Findings):
        self.mapping, self.folder, self.findings = mapping.name, mapping.parent, findings
        self.read: list[Path] = []
        self.names: dict[str, dict[str, str]] = {}  # by file: our name of a column, and theirs

    def path(self, name: str, key: str) -> Path | None:
        """A file that the mapping names; None if it is not there or not in the folder."""
        given = {"column": key, "value": name}
        path = self.folder / name
        if Path(name).is_absolute() or ".." in Path(name).parts:
            remedy = "copy the file beside the mapping and give its name alone"
            self.findings.error(self.mapping, "points outside the mapping's folder", remedy=remedy, **given)
        elif not is_there(path):
            there = [each.name for each in self.folder.iterdir() if each.is_file()]
            self.findings.error(self.mapping, "is not there", remedy=nearest(name, there), **given)
        elif inside(path, self.folder, self.findings):
            self.read.append(path)
            return path
        return None

    def table(self, source: Any, key: str, ours: Sequence[str], needed: Sequence[str]) -> Table | None:
        """A table of the client's with our names for the columns that it has; None after a mistake."""
        self.check_columns(source, key, ours)
        path = self.path(source.file, f"{key}.file")
        if path is None:
            return None
        if path.suffix.lower() not in SUFFIXES[:-1]:
            remedy = "give CSV, XLSX, Parquet or GeoJSON"
            self.findings.error(path.name, f"is of no known form ('{path.suffix}')", remedy=remedy)
            return None
        names = Names(source.columns, ours, self, key)
        if path.suffix.lower() in SHAPES:
            from experiments.cityimport.geojson import points_table

            table = points_table(path, names, self.findings)
        else:
            encoding = source.encoding
            table = read_table(path, self.findings, encoding=encoding, sheet=source.sheet, chosen=names)
        if table is not None:
            table = renamed(table, names.found)
        elif not names.header:
            return None  # told by the reader
        self.names.setdefault(path.name, {}).update(names.found)
        missing = [name for name in needed if name not in names.found]
        if not names.found and not missing:
            self.findings.error(path.name, "none of its columns is known", remedy=f"known: {', '.join(ours)}")
        for name in missing:
            if name in source.columns:
                continue  # told when the header was read
            hint = nearest(name, names.header) if names.header else ""
            remedy = f"write columns: {{{name}: THEIR NAME}} in {self.mapping}; {hint}"
            self.findings.error(path.name, f"no column is mapped to '{name}'", column=name, remedy=remedy)
        if missing or table is None:
            return None
        for name, words in getattr(source, "values", {}).items():
            if name in table:
                table.columns[name] = translated(table.columns[name], words)
        return table

    def check_columns(self, source: Any, key: str, ours: Sequence[str]) -> None:
        """The keys under `columns` and `values` are columns of ours."""
        for part in ("columns", "values"):
            for name in getattr(source, part, {}):
                if name not in ours:
                    hint = nearest(name, ours)
                    self.findings.error(
                        self.mapping, "is no column of ours", column=f"{key}.{part}.{name}", remedy=hint
                    )

    def text(self, name: str, key: str) -> Any:
        """A YAML file that the mapping names, read."""
        from sim.cityyaml import read_yaml

        path = self.path(name, key)
        return None if path is None else read_yaml(path, self.findings)


def is_there(path: Path) -> bool:
    """Whether a path leads to something; a name that no file system takes does not."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


class Names:
    """Which columns of a table are read: those that the mapping names, and those that have our names already."""

    def __init__(self, columns: Mapping[str, str], ours: Sequence[str], place: Place, key: str):
        self.columns, self.ours, self.place, self.key = columns, ours, place, key
        self.header: list[str] = []
        self.found: dict[str, str] = {}  # ours: theirs

    def __call__(self, header: list[str]) -> list[str]:
        self.header = [name[:SHOWN_LETTERS] for name in header if name]
        wanted = {name: name for name in self.ours if name in header and name not in self.columns}
        for name, theirs in self.columns.items():
            if theirs in header:
                wanted[name] = theirs
            else:
                place = f"{self.key}.columns.{name}"
                remedy = f"{nearest(theirs, self.header)}"
                self.place.findings.error(
                    self.place.mapping, "is no column of the file", column=place, value=theirs, remedy=remedy
                )
        self.found = wanted
        return list(dict.fromkeys(wanted.values()))


def renamed(table: Table, found: Mapping[str, str]) -> Table:
    """The table with our names; a column of theirs may serve two of ours."""
    table.columns = {ours: table.columns[theirs] for ours, theirs in found.items()}
    return table


def translated(values: Any, words: Mapping[str | int, str]) -> Any:
    """Their words put into ours; what the mapping does not name stays as it is."""
    import pyarrow as pa
    import pyarrow.compute as pc

    given = {str(theirs).strip(): ours for theirs, ours in words.items()}
    if not given:
        return values
    place = pc.index_in(values, value_set=pa.array(list(given), pa.string()))
    return pc.coalesce(pc.take(pa.array(list(given.values()), pa.string()), place), values)


def spoken(findings: Findings, found: Mapping[str, Mapping[str, str]]) -> None:
    """Findings on our columns name the client's too, for that is where the value stands; `found` is by file."""
    for i, each in enumerate(findings.all):
        theirs = found.get(each.file, {}).get(each.column or "")
        if theirs and theirs != each.column:
            findings.all[i] = replace(each, column=f"{theirs} (our {each.column})")
