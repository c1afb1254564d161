"""gpuhunt's catalogue: each line an instance in a region, on demand or spot, with its GPUs."""

from __future__ import annotations

from collections.abc import Iterator

from xlcost.csv_tables import Numbered
from xlcost.feeds.catalogue import Catalogue, Chip, Format, InstanceOffer

CALENDAR_MODE = "gcp-dws-calendar-mode"  # the flag of capacity that is reserved ahead


def offers(found: Catalogue, rows: Iterator[Numbered]) -> None:
    """Add the offers of the lines to the catalogue; lines without a GPU are skipped."""
    for line, cells in rows:
        if cells["gpu_name"]:
            _offer(found, line, cells)


def _offer(found: Catalogue, line: int, cells: dict[str, str]) -> None:
    name, spot = cells["gpu_name"], cells["spot"].lower()
    if CALENDAR_MODE in cells.get("flags", "").split():
        found.left_out[name, "reserved by the calendar, not on demand"] += 1
        return
    if spot not in ("true", "false"):
        found.wrong.append((line, f"spot: '{cells['spot'][:40]}'; it takes True or False"))
    memory = found.number(line, cells, "gpu_memory")
    chip = Chip(name, "", memory or None, found.number(line, cells, "gpu_count") or 0.0)
    what = InstanceOffer(chip, cells["instance_name"], "spot" if spot == "true" else "on_demand")
    found.add(line, what, cells["location"], [found.number(line, cells, "price")])


FORMAT = Format(
    "gpuhunt",
    "gpuhunt catalogue",
    ("instance_name", "location", "price", "gpu_count", "gpu_name", "gpu_memory", "spot"),
    offers,
)
