"""The two buckets: keys below them are those of layout.json."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.sql import DataFrame, Row, SparkSession

from common import schema
from rules import CORRUPT, text

T = TypeVar("T")
R = TypeVar("R")

# Requests to S3 are waited for side by side, and small Spark jobs fill each other's gaps.
THREADS = 4


def side_by_side(do: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """The results in the order of the items."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(do, items))


@dataclass(frozen=True)
class Lake:
    """:param raw, curated: URIs that end in a slash"""

    spark: SparkSession
    raw: str
    curated: str
    _plans: list[DataFrame] = field(default_factory=list)

    def connect(self) -> None:
        """
        Asks each bucket once: the first requests of a Hadoop S3A client must not be concurrent, because it
        marks its credentials as loaded before they are. The root of a bucket is answered without a request.
        """
        for bucket in (self.raw, self.curated):
            system, path = self._open(f"{bucket}none")
            system.exists(path)

    def file(self, table: str, partition: str) -> str:
        return self.raw + schema.layout()["raw"]["tables"].format(table=table, month=partition)

    def header(self, table: str, partition: str) -> list[str] | None:
        """The first line of a table's file, or None when there is no such file."""
        system, path = self._open(self.file(table, partition))
        try:
            stream = system.open(path)
        except Py4JJavaError as error:
            if error.java_exception.getClass().getSimpleName() == "FileNotFoundException":
                return None
            raise
        java = self._jvm.java.io
        try:
            line = java.BufferedReader(java.InputStreamReader(stream, "UTF-8")).readLine()
        finally:
            stream.close()
        return next(csv.reader([line or ""]), [])

    def read(self, table: str, partitions: Iterable[str]) -> DataFrame:
        """The files of a table, with the partition in whose file a row lies as `landed`."""
        fields = ", ".join(f"`{c.name}` {c.type}" for c in schema.raw_columns(table))
        key = re.escape(schema.layout()["raw"]["tables"].format(table=table, month="@"))
        named = text(key.replace("@", "([^/]+)") + "$")
        return (
            self.spark.read.schema(f"{fields}, {CORRUPT} string")
            # enforceSchema would take columns by position whatever the header says.
            .options(header=True, enforceSchema=False, columnNameOfCorruptRecord=CORRUPT)
            .options(mode="PERMISSIVE", timestampFormat="yyyy-MM-dd'T'HH:mm:ss'Z'")
            .csv([self.file(table, partition) for partition in partitions])
            .selectExpr("*", f"regexp_extract(_metadata.file_path, {named}, 1) AS landed")
        )

    def view(self, name: str, query: str) -> None:
        self.spark.sql(query).createOrReplaceTempView(name)

    def keep(self, name: str, query: str) -> None:
        """
        A view whose rows are made once, when they are first asked for. Unlike those of a cached view they
        come without the plan that made them, which Spark would go through again for every query above.
        An executor that is lost takes its rows with it, and the run fails.
        """
        rows = self.spark.sql(query)
        # Columns passed on from a kept view have its identities, which a join of both could not tell apart.
        renewed = rows.toDF(*rows.columns)
        renewed.localCheckpoint(eager=False).createOrReplaceTempView(name)
        # Tasks count into the plan, and Spark logs an error for each that finds it collected as garbage.
        self._plans.append(renewed)

    def forget(self) -> None:
        """Frees the rows that are kept."""
        self._plans.clear()
        for rows in self.spark.sparkContext._jsc.getPersistentRDDs().values():
            rows.unpersist()

    def rows(self, query: str) -> list[Row]:
        return self.spark.sql(query).collect()

    def knows_zone(self, zone: str) -> bool:
        """Whether Java, and so Spark, can convert times of an IANA time zone."""
        return self._jvm.java.time.ZoneId.getAvailableZoneIds().contains(zone)

    def write(self, rows: DataFrame, place: str, partition: str, count: int, run: str) -> None:
        """
        Overwrites the place of one partition with one file, or with nothing when there is no row.

        The file is made elsewhere and put whole: a training may read the place at any time, and must find
        neither Spark's temporary files nor a place that is emptied before it is filled.
        """
        target = self._target(place, month=partition)
        system, folder = self._open(target)
        if not count:
            system.delete(folder, True)
            return
        staged = f"{self._target('staging', run=run)}{place}-{partition}"
        # One file: a month fits in memory many times over, and Athena pays for every file it opens.
        rows.coalesce(1).write.mode("overwrite").parquet(staged)
        _, path = self._open(staged)
        (made,) = (f for f in self._files(system, path) if f.getName().endswith(".parquet"))
        _, final = self._open(f"{target}rows.parquet")
        self._jvm.org.apache.hadoop.fs.FileUtil.copy(
            system, made, system, final, False, True, system.getConf()
        )
        system.delete(path, True)
        for other in self._files(system, folder):
            if other.getName() != final.getName():
                system.delete(other, True)

    @staticmethod
    def _files(system: Any, folder: Any) -> list[Any]:
        return [status.getPath() for status in system.listStatus(folder)]

    def write_json(self, content: dict[str, Any], place: str, **names: str) -> None:
        system, path = self._open(self._target(place, **names))
        stream = system.create(path, True)
        stream.write(bytearray(json.dumps(content, indent=2).encode()))
        stream.close()

    def _target(self, place: str, **names: str) -> str:
        return self.curated + schema.layout()["curated"][place].format(**names)

    @property
    def _jvm(self) -> Any:
        return self.spark.sparkContext._jvm

    def _open(self, uri: str) -> tuple[Any, Any]:
        # Hadoop's file systems are what Spark writes with: the same rights, and local folders in a test.
        path = self._jvm.org.apache.hadoop.fs.Path(uri)
        return path.getFileSystem(self.spark.sparkContext._jsc.hadoopConfiguration()), path
