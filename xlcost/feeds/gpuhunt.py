"""gpuhunt's catalogue: a line an instance in a region, on demand or spot, with what its GPUs are."""

from __future__ import annotations

from collections.abc import Iterator

from xlcost.csv_tables import Numbered
from xlcost.feeds.catalogue import Catalogue, Chip, Format, Offered

BY_THE_CALENDAR = "gcp-dws-calendar-mode"  # the flag of capacity that is reserved ahead


def offers(found: Catalogue, rows: Iterator[Numbered]) -> None:
    """Put what the lines offer into the catalogue; those without a GPU offer nothing of ours."""
    for line, cells in rows:
        if cells["gpu_name"]:
            _offer(found, line, cells)


def _offer(found: Catalogue, line: int, cells: dict[str, str]) -> None:
    name, spot = cells["gpu_name"], cells["spot"].lower()
    if BY_THE_CALENDAR in cells.get("flags", "").split():
        found.left_out[name, "reserved by the calendar, not on demand"] += 1
        return
    if spot not in ("true", "false"):
        found.wrong.append((line, f"spot: '{cells['spot'][:40]}'; it takes True or False"))
    memory = found.number(line, cells, "gpu_memory")
    chip = Chip(name, "", memory or None, found.number(line, cells, "gpu_count") or 0.0)
    what = Offered(chip, cells["instance_name"], "spot" if spot == "true" else "on_demand")
    found.add(line, what, cells["location"], [found.number(line, cells, "price")])


FORMAT = Format(
    "gpuhunt",
    "gpuhunt catalogue",
    ("instance_name", "location", "price", "gpu_count", "gpu_name", "gpu_memory", "spot"),
    offers,
)
