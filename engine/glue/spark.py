"""The environment in which `python script.py` finds a local Spark that reads s3:// like Glue's."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import quote

# A JVM without a run has keys that open nothing, and an endpoint where nobody listens.
NOBODY = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_SESSION_TOKEN": "none"}
NOWHERE = "http://127.0.0.1:9"
# A run lasts seconds, so it compiles little and collects garbage on one core.
FAST_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
_MEMORY = "1g"


def archive_of(jars: Sequence[Path]) -> Path:
    """The path of the class archive for a toolchain with these jars."""
    return jars[0].with_name("spark-classes.jsa")


def use_of_archive(jars: Sequence[Path]) -> str:
    """Java's options for a run: the class archive, if it exists."""
    archive = archive_of(jars)
    # Messages are off, because Java's output would be part of the job's.
    return f"-XX:SharedArchiveFile={archive} -Xlog:disable" if archive.exists() else ""


def base_archive(java_home: Path) -> Path:
    """Java's archive of its own classes, which it needs to write or use a program's archive."""
    return java_home / "lib/server/classes.jsa"


def base_archive_command(java_home: Path) -> list[str]:
    """Writes it. The memory determines the width of addresses, and Java accepts matching archives only."""
    return [str(java_home / "bin/java"), *FAST_START, f"-Xmx{_MEMORY}", "-Xshare:dump"]


def jvm_environment(
    java_home: Path, jars: Sequence[Path], scratch: Path, settings: Mapping[str, str], java_options: str
) -> dict[str, str]:
    """Variables for a process that starts a JVM, fixed once it runs. `scratch` must stay in place."""
    words = [
        "--master", "local[2]",
        "--driver-memory", _MEMORY,
        "--driver-java-options", f"{' '.join(FAST_START)} {java_options}".strip(),
        # The class path is used instead of --jars, because a class archive covers the class path only.
        "--driver-class-path", ":".join(str(jar) for jar in jars),
        *(word for name, value in settings.items() for word in ("--conf", f"{name}={value}")),
        "pyspark-shell",
    ]  # fmt: skip
    return {
        "JAVA_HOME": str(java_home),
        "PYSPARK_SUBMIT_ARGS": " ".join(quote(word) for word in words),
        # Spark would query the name service for this machine's address.
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(scratch),
    }


def run_environment(
    endpoint: str, region: str, keys: Mapping[str, str], folder: Path, python: Path, modules: Sequence[str]
) -> dict[str, str]:
    """Variables of a run of `python` in `folder` under the role's `keys`; `modules` are places of modules."""
    return {
        "PATH": f"{python.parent}:{os.environ.get('PATH', os.defpath)}",
        "PYTHONPATH": ":".join(modules),
        "PYSPARK_PYTHON": str(python),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        **keys,
    }


def run_settings(
    endpoint: str, region: str, keys: Mapping[str, str], folder: Path, workers: Mapping[str, str]
) -> dict[str, str]:
    """Spark's settings of a run; `workers` are variables for Spark's Python workers."""
    s3a = "spark.hadoop.fs.s3a"
    return {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.hadoop.hadoop.tmp.dir": str(folder / "hadoop"),
        # Glue's committer does not rename per task either.
        "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version": "2",
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        f"{s3a}.endpoint": endpoint,
        f"{s3a}.endpoint.region": region,
        f"{s3a}.path.style.access": "true",
        f"{s3a}.connection.ssl.enabled": str(endpoint.startswith("https")).lower(),
        f"{s3a}.aws.credentials.provider": "org.apache.hadoop.fs.s3a.TemporaryAWSCredentialsProvider",
        f"{s3a}.access.key": keys["AWS_ACCESS_KEY_ID"],
        f"{s3a}.secret.key": keys["AWS_SECRET_ACCESS_KEY"],
        f"{s3a}.session.token": keys["AWS_SESSION_TOKEN"],
        # Glue's file system does not delete markers of parent folders after a write either.
        f"{s3a}.directory.marker.retention": "keep",
        # Milliseconds. The server is on the loopback: without an immediate answer there is none.
        f"{s3a}.connection.establish.timeout": "2000",
        f"{s3a}.connection.timeout": "20000",
        f"{s3a}.attempts.maximum": "2",
        f"{s3a}.retry.limit": "2",
        **{f"spark.executorEnv.{name}": value for name, value in workers.items()},
    }


def parsed(conf: str) -> dict[str, str]:
    """The job argument --conf contains several settings as `a=1 --conf b=2`."""
    pairs = (part.strip().partition("=") for part in conf.split("--conf") if part.strip())
    return {name: value for name, _, value in pairs}
