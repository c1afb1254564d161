"""SkyPilot's vms.csv: each line an instance in a zone, with an on-demand and a spot price.

Google Cloud lists a GPU and the machine that holds it on two lines: a line with an accelerator and no instance is
the accelerator alone. Where only one machine can hold it, the machine's price is put beside it as `host_price` and
`host_spotprice`, or `host_lacking` names a machine that the file does not price.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from xlcost.csv_tables import Numbered
from xlcost.feeds.catalogue import Catalogue, Chip, Format, InstanceOffer

MEMORY = re.compile(r"""['"]SizeInMiB['"]:\s*(\d{1,9})""")
NAME = re.compile(r"""['"]Name['"]:\s*['"]([^'"]{0,100})""")
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


def offers(found: Catalogue, rows: Iterator[Numbered]) -> None:
    """Add the offers of the lines to the catalogue."""
    for line, cells in _with_hosts(rows):
        _offer(found, line, cells)


def _offer(found: Catalogue, line: int, cells: dict[str, str]) -> None:
    name, info = cells["acceleratorname"], cells.get("gpuinfo", "")
    if machine := cells.get("host_lacking"):
        found.left_out[name, f"no price of its host {machine} in the same zone"] += 1
        return
    size, called = MEMORY.search(info), NAME.search(info)
    memory = float(size[1]) if size else None
    if memory and memory >= 1024:  # some lists give GB in the field that is named MiB
        memory /= 1024
    chip = Chip(name, called[1] if called else "", memory, found.number(line, cells, "acceleratorcount") or 0.0)
    for term, column in (("on_demand", "price"), ("spot", "spotprice")):
        prices = [found.number(line, cells, part) for part in (column, f"host_{column}") if part in cells]
        found.add(line, InstanceOffer(chip, cells["instancetype"], term), cells["region"], prices)


def _with_hosts(rows: Iterator[Numbered]) -> Iterator[Numbered]:
    """The lines with an accelerator; those without an instance come last, with the price of their machine."""
    machines: dict[Place, dict[str, str]] = {}
    bare: list[Numbered] = []
    for line, cells in rows:
        instance, chip = cells["instancetype"], cells["acceleratorname"]
        if chip and instance:
            yield line, cells
        elif chip:
            bare.append((line, cells))
        elif instance in MACHINES:
            machines[_place(instance, cells)] = cells
    for line, cells in bare:
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


FORMAT = Format(
    "skypilot",
    "SkyPilot catalogue",
    ("instancetype", "acceleratorname", "acceleratorcount", "price", "spotprice", "region"),
    offers,
)
