"""The environment in which a plain `python script.py` finds a local Spark that reads s3:// like Glue's."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import quote

# A run lasts seconds: compile little, collect garbage on one core.
FAST_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
_MEMORY = "1g"


def archive_of(jars: Sequence[Path]) -> Path:
    """The path at which the class archive of a toolchain with these jars is, or will be."""
    return jars[0].with_name("spark-classes.jsa")


def use_of_archive(jars: Sequence[Path]) -> str:
    """Java's options for a run: the class archive, where there is one."""
    archive = archive_of(jars)
    # Silent where the archive does not fit: what Java prints would be in the job's output.
    return f"-XX:SharedArchiveFile={archive} -Xlog:disable" if archive.exists() else ""


def base_archive(java_home: Path) -> Path:
    """Java's archive of its own classes, without which it neither writes nor uses one of a program's."""
    return java_home / "lib/server/classes.jsa"


def base_archive_command(java_home: Path) -> list[str]:
    """Writes it. The memory decides the width of addresses, and Java takes an archive only for its own."""
    return [str(java_home / "bin/java"), *FAST_START, f"-Xmx{_MEMORY}", "-Xshare:dump"]


def jvm_environment(
    java_home: Path, jars: Sequence[Path], scratch: Path, settings: Mapping[str, str], java_options: str
) -> dict[str, str]:
    """Variables for whatever starts a JVM: what is settled once it runs. `scratch` must stay where it is."""
    words = [
        "--master", "local[2]",
        "--driver-memory", _MEMORY,
        "--driver-java-options", f"{' '.join(FAST_START)} {java_options}".strip(),
        # Not --jars: a class archive holds only classes of the class path.
        "--driver-class-path", ":".join(str(jar) for jar in jars),
        *(word for name, value in settings.items() for word in ("--conf", f"{name}={value}")),
        "pyspark-shell",
    ]  # fmt: skip
    return {
        "JAVA_HOME": str(java_home),
        "PYSPARK_SUBMIT_ARGS": " ".join(quote(word) for word in words),
        # Spark would ask the name service for this machine's address.
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(scratch),
    }


def run_environment(endpoint: str, region: str, keys: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Variables of a run in `folder` under the role's `keys`."""
    return {
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
    """Spark's settings of a run; `workers` are the variables that Spark's Python workers see."""
    s3a = "spark.hadoop.fs.s3a"
    return {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.hadoop.hadoop.tmp.dir": str(folder / "hadoop"),
        # Glue's committer does not rename task by task either.
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
        # Glue's own file system deletes no markers of parent folders after a write either.
        f"{s3a}.directory.marker.retention": "keep",
        # Milliseconds. The peer is on the loopback: what does not answer at once never will.
        f"{s3a}.connection.establish.timeout": "2000",
        f"{s3a}.connection.timeout": "20000",
        f"{s3a}.attempts.maximum": "2",
        f"{s3a}.retry.limit": "2",
        **{f"spark.executorEnv.{name}": value for name, value in workers.items()},
    }


def parsed(conf: str) -> dict[str, str]:
    """The job argument --conf carries several settings as `a=1 --conf b=2`."""
    pairs = (part.strip().partition("=") for part in conf.split("--conf") if part.strip())
    return {name: value for name, _, value in pairs}
