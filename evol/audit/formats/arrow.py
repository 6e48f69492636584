"""Parquet files and datasets of the `datasets` library: batches of Arrow rows, kept and written as such."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from evol.audit.formats.records import Record, unreadable
from evol.audit.formats.separated import distinct
from evol.audit.formats.streams import open_bytes
from evol.types import Json

if TYPE_CHECKING:
    import pyarrow as pa

BATCH: Final = 256
ROW_GROUP: Final = 4096


class ArrowTable:
    """Rows that come as Arrow batches; `source` opens them anew for each reading."""

    def __init__(self, form: str, schema: pa.Schema, source: Callable[[], Iterator[pa.RecordBatch]]) -> None:
        self.form, self._schema, self._source = form, schema, source

    def __iter__(self) -> Iterator[Record]:
        import pyarrow as pa

        names, number = distinct(self._schema.names), 0
        try:
            for batch in self._source():
                rows = pa.RecordBatch.from_arrays(batch.columns, names=names).to_pylist()
                size = batch.nbytes // max(1, len(rows))
                for index, cells in enumerate(rows):
                    number += 1
                    yield Record(f"row {number}", raw=(batch, index), cells=cells, size=size)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            yield unreadable(f"after row {number}", f"the data are damaged: {_first_line(error)}")

    def sink(self, path: Path, added: tuple[str, ...]) -> ArrowSink:
        """Open a Parquet file for rows of this table."""
        import pyarrow as pa

        schema = self._schema
        for name in added:
            schema = schema.append(pa.field(name, pa.string()))
        return ArrowSink(path.with_suffix(".parquet"), schema)


class ArrowSink:
    """Writes rows to Parquet, taken from their batches by index."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        import pyarrow.parquet as pq

        self._writer, self._schema = pq.ParquetWriter(path, schema), schema
        self._batch: Any = None
        self._taken: list[int] = []
        self._added: list[Mapping[str, Json]] = []
        self._ready: list[Any] = []
        self._rows = 0

    def write(self, record: Record, added: Mapping[str, Json]) -> None:
        """Write one row."""
        batch, index = record.raw
        if batch is not self._batch:
            self._collect()
            self._batch = batch
        self._taken.append(index)
        self._added.append(added)

    def _collect(self) -> None:
        import pyarrow as pa

        if self._taken:
            kept = self._batch.take(pa.array(self._taken)).columns
            more = [pa.array([str(added[name]) for added in self._added]) for name in self._added[0]]
            columns = [*kept, *more]
            self._ready.append(pa.RecordBatch.from_arrays(columns, schema=self._schema))
            self._rows += len(self._taken)
        self._taken, self._added = [], []
        if self._rows >= ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._ready:
            self._writer.write_table(pa.Table.from_batches(self._ready), row_group_size=ROW_GROUP)
        self._ready, self._rows = [], 0

    def close(self) -> None:
        """Finish the file."""
        self._collect()
        self._flush()
        self._writer.close()


def parquet(path: Path, packed: str) -> ArrowTable:
    """Open a Parquet file. Raises pyarrow.ArrowException or OSError where it has no readable footer."""
    import pyarrow.parquet as pq

    def batches() -> Iterator[Any]:
        with open_bytes(path, packed) as stream:
            yield from pq.ParquetFile(stream).iter_batches(batch_size=BATCH)

    with open_bytes(path, packed) as stream:
        return ArrowTable("parquet", pq.ParquetFile(stream).schema_arrow, batches)


def dataset(rows: Any, form: str) -> ArrowTable:
    """Open a loaded `datasets.Dataset`."""

    def batches() -> Iterator[Any]:
        for table in rows.with_format("arrow").iter(batch_size=BATCH):
            yield from table.combine_chunks().to_batches()

    return ArrowTable(form, rows.features.arrow_schema, batches)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")
