"""The environment in which a plain `python script.py` finds a local Spark that reads s3:// like Glue's."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import quote

# A run lasts seconds: compile little, collect garbage on one core.
_FAST_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


def archive_of(jars: Sequence[Path]) -> Path:
    """Where the class archive of a toolchain with these jars is, or will be."""
    return jars[0].with_name("spark-classes.jsa")


def environment(
    endpoint: str,
    region: str,
    keys: Mapping[str, str],
    java_home: Path,
    jars: Sequence[Path],
    folder: Path,
    conf: str = "",
    java_options: str = "",
) -> dict[str, str]:
    """Variables for a run in `folder` under the role's `keys`; `conf` is the job argument --conf."""
    settings = {**_settings(endpoint, region, keys, folder), **_parsed(conf)}
    words = [
        "--master", "local[2]",
        "--driver-memory", "1g",
        "--driver-java-options", f"{_FAST_START} {java_options}".strip(),
        "--jars", ",".join(str(jar) for jar in jars),
        *(word for name, value in settings.items() for word in ("--conf", f"{name}={value}")),
        "pyspark-shell",
    ]  # fmt: skip
    return {
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "JAVA_HOME": str(java_home),
        "PYSPARK_SUBMIT_ARGS": " ".join(quote(word) for word in words),
        # Without it Spark asks the name service for this machine's address.
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "spark"),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        **keys,
    }


def _settings(endpoint: str, region: str, keys: Mapping[str, str], folder: Path) -> dict[str, str]:
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
        # Milliseconds. The peer is on the loopback: what does not answer at once never will.
        f"{s3a}.connection.establish.timeout": "2000",
        f"{s3a}.connection.timeout": "20000",
        f"{s3a}.attempts.maximum": "2",
        f"{s3a}.retry.limit": "2",
    }


def _parsed(conf: str) -> dict[str, str]:
    """--conf carries several settings as `a=1 --conf b=2`."""
    pairs = (part.strip().partition("=") for part in conf.split("--conf") if part.strip())
    return {name: value for name, _, value in pairs}
