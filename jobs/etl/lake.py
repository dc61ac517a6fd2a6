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

import landing
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
        Asks each bucket once: the first requests of a Hadoop S3A client must not be concurrent, because it
        marks its credentials as loaded before they are. The root of a bucket is answered without a request.
        """
        for bucket in (self.raw, self.curated):
            system, path = self._open(f"{bucket}none")
            system.exists(path)

    def file(self, table: str, partition: str) -> str:
        return self.raw + landing.key_of(table, partition)

    def landed(self, table: str, partition: str) -> Landed | None:
        """What a table's file is, or None when there is no such file."""
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
        # Spark reads over a byte order mark too.
        header = (line or "").removeprefix("\ufeff")
        try:
            columns = next(csv.reader([header]), [])
        except csv.Error:
            # It takes no field of 128 KiB: a file of another kind has no line that ends.
            columns = [header]
        return Landed(columns, system.getFileStatus(path).getLen(), sha256)

    def manifest(self, key: str) -> dict[tuple[str, str], dict[str, Any]]:
        """What a manifest promises of the file of a table and partition."""
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
        """The columns of what was curated of a partition earlier and their types; none where nothing was."""
        system, path = self._open(f"{self._target('features', **landing.place(partition))}rows.parquet")
        if not system.exists(path):
            return {}
        return dict(self.spark.read.parquet(path.toString()).dtypes)

    def read(self, table: str, partitions: Iterable[str]) -> DataFrame:
        """The files of a table, with the partition in whose file a row lies as `_landed`."""
        columns = schema.raw_columns(table)
        fields = ", ".join(f"`{c.name}` {c.type}" for c in columns)
        # NaN is how some tools write a missing number.
        values = [
            f"nanvl(`{c.name}`, NULL) AS `{c.name}`" if c.type == "double" else f"`{c.name}`" for c in columns
        ]
        place = {"grain": landing.grain(), "partition": "@"}
        key = re.escape(schema.layout()["raw"]["tables"].format(table=table, **place))
        named = text(key.replace("@", "([^/]+)") + "$")
        return (
            self.spark.read.schema(f"{fields}, {CORRUPT} string")
            # enforceSchema would take columns by position whatever the header says.
            .options(header=True, enforceSchema=False, columnNameOfCorruptRecord=CORRUPT)
            # A quote inside quotes is doubled, as everywhere but in Spark.
            .options(escape='"', mode="PERMISSIVE", timestampFormat="yyyy-MM-dd'T'HH:mm:ss'Z'")
            .csv([self.file(table, partition) for partition in partitions])
            .selectExpr(*values, CORRUPT, f"regexp_extract(_metadata.file_path, {named}, 1) AS _landed")
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

    def write(self, rows: DataFrame, place: str, partition: str, count: int, run: str) -> None:
        """
        Overwrites the place of one partition with one file, or with nothing when there is no row.

        The file is made elsewhere and put whole: a training may read the place at any time, and must find
        neither Spark's temporary files nor a place that is emptied before it is filled.
        """
        target = self._target(place, **landing.place(partition))
        system, folder = self._open(target)
        if not count:
            system.delete(folder, True)
            return
        staged = f"{self._target('staging', run=run)}{place}-{partition}"
        # One file: a partition fits in memory many times over, and Athena pays for every file it opens.
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
