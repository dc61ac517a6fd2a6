"""Access to the raw and curated bucket; layout.json defines the keys."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.sql import DataFrame, Row, SparkSession

import landing
from common import schema
from rules import CORRUPT, text

T = TypeVar("T")
R = TypeVar("R")

# Threads for S3 requests, which mostly wait, and for small Spark jobs, which leave executors idle.
THREADS = 4


def side_by_side(do: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """The results in the order of the items."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(do, items))


@dataclass(frozen=True)
class Landed:
    """A raw file: its first line, its length and its hash."""

    columns: list[str]
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Lake:
    """:param raw, curated: URIs that end in a slash"""

    spark: SparkSession
    raw: str
    curated: str
    _plans: list[DataFrame] = field(default_factory=list)

    def connect(self) -> None:
        """
        Sends one request to each bucket, because the first requests of a Hadoop S3A client must not be
        concurrent: it marks its credentials as loaded too early. The root of a bucket needs no request.
        """
        for bucket in (self.raw, self.curated):
            system, path = self._open(f"{bucket}none")
            system.exists(path)

    def file(self, table: str, partition: str) -> str:
        return self.raw + landing.key_of(table, partition)

    def landed(self, table: str, partition: str) -> Landed | None:
        """The file of a table and partition, or None when there is no such file."""
        system, path = self._open(self.file(table, partition))
        try:
            stream = system.open(path)
        except Py4JJavaError as error:
            if error.java_exception.getClass().getSimpleName() == "FileNotFoundException":
                return None
            raise
        java = self._jvm.java
        try:
            digest = java.security.MessageDigest.getInstance("SHA-256")
            hashed = java.security.DigestInputStream(stream, digest)
            line = java.io.BufferedReader(java.io.InputStreamReader(hashed, "UTF-8")).readLine()
            self._jvm.org.apache.commons.io.IOUtils.consume(hashed)
            sha256 = digest.digest().hex()
        finally:
            stream.close()
        # Spark skips a byte order mark too.
        header = (line or "").removeprefix("\ufeff")
        try:
            columns = next(csv.reader([header]), [])
        except csv.Error:
            # The csv module refuses fields over 128 KiB, such as a binary file without line ends.
            columns = [header]
        return Landed(columns, system.getFileStatus(path).getLen(), sha256)

    def manifest(self, key: str) -> dict[tuple[str, str], dict[str, Any]]:
        """The manifest's entries for the files of each table and partition."""
        system, path = self._open(self.raw + key)
        stream = system.open(path)
        try:
            content = json.loads(self._jvm.org.apache.commons.io.IOUtils.toString(stream, "UTF-8"))
        finally:
            stream.close()
        return {(file["table"], file["partition"]): file for file in content["files"]}

    def is_curated(self, partition: str) -> bool:
        system, path = self._open(self._target("features", **landing.place(partition)))
        return bool(system.exists(path))

    def curated_types(self, partition: str) -> dict[str, str]:
        """Column types of a partition's earlier curated rows; empty when there are none."""
        system, path = self._open(f"{self._target('features', **landing.place(partition))}rows.parquet")
        if not system.exists(path):
            return {}
        return dict(self.spark.read.parquet(path.toString()).dtypes)

    def read(self, table: str, partitions: Iterable[str]) -> DataFrame:
        """The files of a table; `_landed` holds the partition whose file a row comes from."""
        columns = schema.raw_columns(table)
        fields = ", ".join(f"`{c.name}` {c.type}" for c in columns)
        # Some tools write a missing number as NaN.
        values = [
            f"nanvl(`{c.name}`, NULL) AS `{c.name}`" if c.type == "double" else f"`{c.name}`" for c in columns
        ]
        place = {"grain": landing.grain(), "partition": "@"}
        key = re.escape(schema.layout()["raw"]["tables"].format(table=table, **place))
        named = text(key.replace("@", "([^/]+)") + "$")
        return (
            self.spark.read.schema(f"{fields}, {CORRUPT} string")
            # enforceSchema would ignore the header and assign columns by position.
            .options(header=True, enforceSchema=False, columnNameOfCorruptRecord=CORRUPT)
            # CSV doubles a quote inside quotes; Spark's default is a backslash.
            .options(escape='"', mode="PERMISSIVE", timestampFormat="yyyy-MM-dd'T'HH:mm:ss'Z'")
            .csv([self.file(table, partition) for partition in partitions])
            .selectExpr(*values, CORRUPT, f"regexp_extract(_metadata.file_path, {named}, 1) AS _landed")
        )

    def view(self, name: str, query: str) -> None:
        self.spark.sql(query).createOrReplaceTempView(name)

    def keep(self, name: str, query: str) -> None:
        """
        Creates a view whose rows are computed once, on first use. A cached view would keep its plan, which
        Spark analyses again for every query above it. The rows are lost with an executor, and the run then
        fails.
        """
        rows = self.spark.sql(query)
        # Columns that pass through a kept view share their identity, so a join of both would be ambiguous.
        renewed = rows.toDF(*rows.columns)
        renewed.localCheckpoint(eager=False).createOrReplaceTempView(name)
        # Tasks add to the accumulators of a plan, and Spark logs an error when one was garbage-collected.
        self._plans.append(renewed)

    def forget(self) -> None:
        """Frees the kept rows."""
        self._plans.clear()
        for rows in self.spark.sparkContext._jsc.getPersistentRDDs().values():
            rows.unpersist()

    def rows(self, query: str) -> list[Row]:
        return self.spark.sql(query).collect()

    def write(self, rows: DataFrame, place: str, partition: str, count: int, run: str) -> None:
        """
        Overwrites the place of one partition with one file, or empties it when there is no row.

        The file is written elsewhere and then moved as a whole: a training may read the place at any time,
        and must find neither Spark's temporary files nor an empty place.
        """
        target = self._target(place, **landing.place(partition))
        system, folder = self._open(target)
        if not count:
            system.delete(folder, True)
            return
        staged = f"{self._target('staging', run=run)}{place}-{partition}"
        # One file, because a partition easily fits in memory and Athena charges for every file it opens.
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
        # Hadoop's file systems have the permissions of Spark's writes, and work on local folders in tests.
        path = self._jvm.org.apache.hadoop.fs.Path(uri)
        return path.getFileSystem(self.spark.sparkContext._jsc.hadoopConfiguration()), path
