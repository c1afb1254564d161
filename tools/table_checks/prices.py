"""What must hold of GPU prices: each by itself, and against others of its provider, GPU and day."""

import datetime as dt
import re
from collections import defaultdict
from statistics import median

from xlcost.facts.store import plain

FIRST = dt.date(2023, 4, 1)  # the tables begin


def odd_price(prices):
    """A price from memory, before the tables begin, at 20 USD or more, or not that of its instance."""
    for p in prices:
        if p.checked == "no":
            yield p, "checked: a price is never from memory; read it, or leave it out"
        if p.as_of < FIRST:
            yield p, f"as_of: {p.as_of} lies before {FIRST}, where the tables begin"
        if p.usd_per_gpu_hour >= 20:
            yield p, f"usd_per_gpu_hour: {p.usd_per_gpu_hour:g} USD for one GPU"
        whole, gpus = p.usd_per_instance_hour, p.gpus * p.usd_per_gpu_hour
        if whole and p.basis != "instance":
            yield p, f"usd_per_instance_hour: the basis is {p.basis}, no instance"
        cents = 0.006 if p.checked == "secondary" else 0.0006
        if whole and abs(whole - gpus) > max(1e-4 * gpus, cents * p.gpus):
            yield p, f"usd_per_instance_hour: {whole:g} is not {p.gpus} x {p.usd_per_gpu_hour:g} = {gpus:g}"


def two_spellings(prices):
    """A provider in two spellings."""
    first = {}
    for p in prices:
        spelling = first.setdefault(plain(p.provider), p.provider)
        if spelling != p.provider:
            yield p, f"provider: '{p.provider}' is spelt '{spelling}' above"


def dearer_than_a_freer_term(prices):
    """A spot or committed price that is not below that of a term which binds less, for one instance on one day."""
    hosts = defaultdict(lambda: defaultdict(list))
    for p in prices:
        hosts[p.provider, p.gpu, p.instance, p.gpus, p.as_of][p.term].append(p)
    for terms in hosts.values():
        for less, more in (("spot", "on_demand"), ("1yr", "on_demand"), ("3yr", "on_demand"), ("3yr", "1yr")):
            least = min((q.usd_per_gpu_hour for q in terms.get(more, ())), default=float("inf"))
            for p in terms.get(less, ()):
                if p.usd_per_gpu_hour >= least:
                    yield p, f"usd_per_gpu_hour: {p.usd_per_gpu_hour:g} {less} is not below {least:g} {more} that day"


def spot_above_the_list(prices):
    """A spot price above the middle of what its provider asks on demand for that GPU within thirteen months."""
    asked = defaultdict(list)
    for p in prices:
        if p.term == "on_demand":
            asked[p.provider, p.gpu].append(p)
    for p in prices:
        near = [q.usd_per_gpu_hour for q in asked[p.provider, p.gpu] if abs((q.as_of - p.as_of).days) <= 400]
        if p.term == "spot" and near and p.usd_per_gpu_hour >= median(near) and not so_in_the_source(p):
            yield p, f"usd_per_gpu_hour: {p.usd_per_gpu_hour:g} spot is not below its on-demand price, {median(near):g}"


GPUS_IN_NAME = (  # patterns of the number of GPUs in an instance's name
    r"^(\d+)x\b",
    r"(?<!\.)x(\d+)(?:-|$)",
    r"\b(\d+)-?(?:gpu|GPU)\b",
    r"gpu-(\d+)g$",
    r"^(\d)[AHV]\w+\.",
    r"^BM\.GPU\..*\.(\d+)$",
    r"-(\d)G$",
    r"from (\d+) HGX",
)
# Not taken from the table. AWS: github.com/rapidsai/deployment source/cloud/aws/index.md and the families' other sizes;
# Azure: huggingface.co/docs/microsoft-azure/azure-ai/hardware, MicrosoftDocs; the cards of NCv3 as nvidia-smi names
# them; GCP and OCI: from knowledge of their pages, not read again.
KNOWN = {
    "p3.2xlarge": (1, "v100-sxm2-16"),
    "p3.8xlarge": (4, "v100-sxm2-16"),
    "p3.16xlarge": (8, "v100-sxm2-16"),
    "p3dn.24xlarge": (8, "v100-sxm2-32"),
    "p4d.24xlarge": (8, "a100-40-sxm"),
    "p4de.24xlarge": (8, "a100-80-sxm"),
    "p5.4xlarge": (1, "h100-sxm"),
    "p5.48xlarge": (8, "h100-sxm"),
    "p5e.48xlarge": (8, "h200-sxm"),
    "p5en.48xlarge": (8, "h200-sxm"),
    "p6-b200.48xlarge": (8, "b200"),
    "g4dn.xlarge": (1, "t4"),
    "g4dn.12xlarge": (4, "t4"),
    "g4dn.16xlarge": (1, "t4"),
    "g4dn.metal": (8, "t4"),
    "g5.xlarge": (1, "a10g"),
    "g5.12xlarge": (4, "a10g"),
    "g5.16xlarge": (1, "a10g"),
    "g5.24xlarge": (4, "a10g"),
    "g5.48xlarge": (8, "a10g"),
    "a2-highgpu-1g": (1, "a100-40-sxm"),
    "a2-megagpu-16g": (16, "a100-40-sxm"),
    "a2-ultragpu-8g": (8, "a100-80-sxm"),
    "a3-highgpu-8g": (8, "h100-sxm"),
    "g2-standard-4": (1, "l4"),
    "NC6s v2": (1, "p100-pcie"),
    "NC6s v3": (1, "v100-pcie-16"),
    "NC12s v3": (2, "v100-pcie-16"),
    "NC24s v3": (4, "v100-pcie-16"),
    "NC24rs v3": (4, "v100-pcie-16"),
    "NC24ads A100 v4": (1, "a100-80-pcie"),
    "NC96ads A100 v4": (4, "a100-80-pcie"),
    "NC64as T4 v3": (4, "t4"),
    "ND40rs v2": (8, "v100-sxm2-32"),
    "ND96asr A100 v4": (8, "a100-40-sxm"),
    "ND96amsr A100 v4": (8, "a100-80-sxm"),
    "ND96isr_H100_v5": (8, "h100-sxm"),
    "BM.GPU.H100.8": (8, "h100-sxm"),
}


def other_number_of_gpus(prices):
    """A number of GPUs that differs from that of other rows, of the instance's name or of the provider's page."""
    first = {}
    for p in prices:
        if not p.instance:
            continue
        gpus = first.setdefault((p.provider, p.instance, p.gpu), p.gpus)
        if gpus != p.gpus:
            yield p, f"gpus: {p.gpus}; {p.instance} has {gpus} in a row above"
        if p.instance in KNOWN and KNOWN[p.instance] != (p.gpus, p.gpu):
            yield p, f"gpus: {p.gpus} {p.gpu}; {p.instance} has {' '.join(map(str, KNOWN[p.instance]))}"
        said = next((m for pattern in GPUS_IN_NAME if (m := re.search(pattern, p.instance))), None)
        if said and "tpu" not in p.instance and int(said[1]) != p.gpus:
            yield p, f"gpus: {p.gpus}; the name {p.instance} says {said[1]}"


def before_its_chip(prices, chips):
    """A price from more than half a year before the chip's launch; previews may come up to that early."""
    launch = {chip.id: chip.launch for chip in chips}
    for p in prices:
        sold = launch.get(p.gpu)
        if sold and p.as_of < sold - dt.timedelta(days=183):
            yield p, f"as_of: {p.as_of} lies more than half a year before the launch of {p.gpu}, {sold}"


SO_IN_THE_SOURCE = {  # far off, but so in the source: GPU, provider, instance, day
    # One GPU beside 4 processors or beside 64, with a price of the whole.
    *(("t4", "AWS", f"g4dn.{size}xlarge", "2023-04-07") for size in ("", "8", "16")),
    *(("a10g", "AWS", f"g5.{size}xlarge", "2023-04-07") for size in ("", "16")),
    ("t4", "Azure", "NC4as T4 v3", "2023-04-07"),
    # Cut from 0.67 to 0.29 within the year.
    *(("rtx-a4000", "Oblivus Cloud", None, day) for day in ("2024-02-26", "2024-06-25")),
    # Cut from 12.50 to 10 by the next spring; the market was at 3.6.
    *(("h100-sxm", "Hugging Face", f"gcp nvidia-h100 x{n}", "2024-09-09") for n in (1, 2, 4, 8)),
    ("v100-sxm2-16", "Lambda", None, "2026-10-04"),  # the others are hosts of a market place
}
OTHERS = 3.5  # times the median
OWN = ((183, 2), (400, 2.6))  # days, times the median


def so_in_the_source(p):
    """Whether a price that looks wrong was read again and is so in its source."""
    return (p.gpu, p.provider, p.instance, str(p.as_of)) in SO_IN_THE_SOURCE


def near(rows, days):
    """(row, prices of the other rows within so many days of it) of each row."""
    for p in rows:
        yield p, [q.usd_per_gpu_hour for q in rows if q is not p and abs((q.as_of - p.as_of).days) <= days]


def alike(rows, *columns):
    """Groups of rows that agree in these columns."""
    groups = defaultdict(list)
    for p in rows:
        groups[tuple(getattr(p, column) for column in columns)].append(p)
    return groups.values()


def far_off_the_others(prices):
    """A price over 3.5 times or under an eighth of the median of its GPU and term within half a year."""
    for some in alike(prices, "gpu", "term"):
        for p, others in near(some, 183):
            if len(others) < 3 or so_in_the_source(p):
                continue
            times = p.usd_per_gpu_hour / median(others)
            if not 1 / 8 < times < OTHERS:
                yield p, f"usd_per_gpu_hour: {p.usd_per_gpu_hour:g} is {times:.2g} x what others ask in that half year"


def far_off_its_own(prices):
    """A price over twice or under half its provider's median within half a year; 2.6 times within thirteen months."""
    for some in alike([p for p in prices if p.term == "on_demand"], "gpu", "provider"):
        for days, most in OWN:
            for p, others in near(some, days):
                if others and not so_in_the_source(p):
                    times = p.usd_per_gpu_hour / median(others)
                    if not 1 / most < times < most:
                        yield (
                            p,
                            f"usd_per_gpu_hour: {p.usd_per_gpu_hour:g} is {times:.2g} x what {p.provider} asks else",
                        )
