"""Collected by `./dev test-spark` only: PySpark is a large package and not part of the default environment."""

from __future__ import annotations

import importlib.util

collect_ignore_glob = [] if importlib.util.find_spec("pyspark") else ["*"]
