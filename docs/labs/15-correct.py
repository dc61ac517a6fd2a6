"""Writes label files anew with one late flight of each made punctual: `15-correct.py 2013-02-14`."""

import sys

from account import bucket, client

raw, s3 = bucket("RawBucketName"), client("s3")
for day in sys.argv[1:]:
    key = f"ground-truth/{day.replace('-', '/')}/00/labels.jsonl"
    lines = s3.get_object(Bucket=raw, Key=key)["Body"].read().decode().splitlines()
    place = next(place for place, line in enumerate(lines) if '"data":"1,' in line)
    lines[place] = lines[place].replace('"data":"1,', '"data":"0,')
    s3.put_object(Bucket=raw, Key=key, Body="\n".join(lines).encode() + b"\n")
    print(f"{key}: line {place + 1} of {len(lines)}")
