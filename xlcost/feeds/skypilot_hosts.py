"""Google Cloud in SkyPilot's vms.csv: the price of a GPU and that of the machine it sits in stand on two lines.

A line with an accelerator and no instance is the accelerator alone. Where it comes only with one machine, that
machine's price is put beside it: `host_price` and `host_spotprice`, or `host_lacking` where the file has none.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlcost.csv_tables import Numbered

HOSTS = {  # accelerator, count: the smallest machine that holds so many
    **{("A100", n): f"a2-highgpu-{n}g" for n in (1, 2, 4, 8)},
    ("A100", 16): "a2-megagpu-16g",
    **{("A100-80GB", n): f"a2-ultragpu-{n}g" for n in (1, 2, 4, 8)},
    **{("H100", n): f"a3-highgpu-{n}g" for n in (1, 2, 4, 8)},
    ("H100-MEGA", 8): "a3-megagpu-8g",
    ("H200", 8): "a3-ultragpu-8g",
    ("B200", 8): "a4-highgpu-8g",
    **{("L4", n): f"g2-standard-{n * 12 if n > 1 else 4}" for n in (1, 2, 4, 8)},
}
MACHINES = frozenset(HOSTS.values())
Place = tuple[str, str, str]  # machine, region, zone


def with_hosts(rows: Iterator[Numbered]) -> Iterator[Numbered]:
    """The lines with an accelerator; those without an instance come last, with what their host costs."""
    machines: dict[Place, dict[str, str]] = {}
    alone: list[Numbered] = []
    for line, cells in rows:
        instance, chip = cells["instancetype"], cells["acceleratorname"]
        if chip and instance:
            yield line, cells
        elif chip:
            alone.append((line, cells))
        elif instance in MACHINES:
            machines[_place(instance, cells)] = cells
    for line, cells in alone:
        yield line, cells | _host(cells, machines)


def _place(machine: str, cells: dict[str, str]) -> Place:
    return machine, cells["region"], cells.get("availabilityzone", "")


def _host(cells: dict[str, str], machines: dict[Place, dict[str, str]]) -> dict[str, str]:
    count = cells["acceleratorcount"].removesuffix(".0")
    machine = HOSTS.get((cells["acceleratorname"], int(count))) if count.isdecimal() and len(count) < 3 else None
    if machine is None:
        return {}
    host = machines.get(_place(machine, cells))
    if host is None:
        return {"host_lacking": machine}
    return {"instancetype": machine, "host_price": host["price"], "host_spotprice": host["spotprice"]}
