"""The part of AWS's library that a Spark job needs to start, read its arguments and end."""
