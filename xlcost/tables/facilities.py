"""What owning takes, and what training runs took: figures of operators, places and makers, each with its source."""

from __future__ import annotations

from xlcost.tables.store import Table

FACILITIES = Table("Ownership", "ownership figure", "ownership.csv", "Ownership")
REPORTED_RUNS = Table("Reported runs", "training run", "reported_runs.csv", "ReportedRun")
