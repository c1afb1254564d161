"""Grids by region: carbon intensity and electricity price. Ids and aliases are matched as in every table."""

from __future__ import annotations

from xlcost.tables.store import Table

REGIONS = Table("Regions", "region", "regions.csv", "Region")
WORLD = "world"
