"""The folder of an imported city, written whole or not at all."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cityhistory import HISTORY_COLUMNS
from sim.errors import InputError

if TYPE_CHECKING:
    from experiments.cityimport.assemble import Imported
    from sim.citytable import Table

MANY_ROWS = 200_000  # above which a table is written as Parquet, which is read ten times faster
NUMBERS = (
    *("x", "y", "lon", "lat", "area_km2", "vacant", "footfall_8_18", "priority", "minutes", "distance_km"),
    *("walk_minutes", "drive_minutes", "floor", "monthly_bill", "count", *HISTORY_COLUMNS[1:]),
)
README = """# {name}

Made by `fieldcast city import` from these files:

{files}

{notes}

Check it with `fieldcast city check DIR`, look at it with `fieldcast city show DIR`.
"""


def write_folder(city: Imported, folder: Path) -> None:
    """All files of the city; a folder that could not be filled is not left behind."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise InputError(f"out={folder} cannot be made ({error.strerror}); give another place") from None
    try:
        fill(city, draft)
        draft.chmod(0o755)
        if folder.is_dir():
            folder.rmdir()
        draft.rename(folder)
    except OSError as error:
        raise InputError(
            f"out={folder} cannot be written ({error.strerror}); make room, or give another place"
        ) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def fill(city: Imported, folder: Path) -> None:
    """Every file of the city in a folder that is there."""
    import yaml

    from experiments.cityimport.outline import write_outlines

    for stem, table in city.tables.items():
        write_table(table, folder, stem)
    text = yaml.safe_dump(plain(city.meta), sort_keys=False, allow_unicode=True, width=110)
    (folder / "city.yaml").write_bytes(text.encode())
    (folder / "operators.yaml").write_bytes(city.operators.read_bytes())
    if city.shapes:
        write_outlines(folder, city.tables["zones"].columns["zone_id"].to_pylist(), city.shapes)
    prints = [f"- `{path.name}`, SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in city.read]
    notes = "\n".join(f"- {note}" for note in city.notes)
    about = README.format(name=city.meta.get("name", "City"), files="\n".join(dict.fromkeys(prints)), notes=notes)
    (folder / "README.md").write_bytes(about.encode())


def plain(value: Any) -> Any:
    """A copy in which nothing stands twice by reference, for readers of cities take plain text only."""
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)


def pointed(table: Table, name: str) -> Any:
    """A column as it is written: numbers with a decimal point, whatever the client's table had."""
    import pyarrow.compute as pc

    values = table.columns[name]
    return pc.replace_substring(values, ",", ".") if name in NUMBERS and table.decimal_comma else values


def write_table(table: Table, folder: Path, stem: str) -> None:
    """A table as CSV, or as Parquet where it is long."""
    import pyarrow as pa
    from pyarrow import parquet

    from experiments.citymake import as_csv

    columns = {name: pointed(table, name) for name in table.columns}
    if table.size > MANY_ROWS:
        parquet.write_table(pa.table(columns), folder / f"{stem}.parquet", compression="zstd")
        return
    columns = {name: values.to_pylist() for name, values in columns.items()}
    (folder / f"{stem}.csv").write_bytes(as_csv(columns))
