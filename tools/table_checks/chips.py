"""What must hold of the chips: their peaks against each other, their power, memory, launch and price."""

import datetime as dt
import re

from xlcost.prices.periods import EDITION

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
FP8 = {  # FP8 over BF16: 2, except for chips without a faster unit for FP8, or made for it
    "tpu-v5p": 1,
    "tpu-v6e": 1,
    "inferentia2": 1,
    "trainium1": 1,
    "gaudi3": 1,
    "trainium3": 3.75,  # MXFP8
}
NARROW = ("b300", "gb300", "trainium3")  # hardly any INT8; MXFP8 at four times BF16
FP4 = {  # FP4 over FP8: 2, except for
    "b300": 3.11,  # Blackwell Ultra: half as much again at FP4 only
    "gb300": 3,
    "rtx5090": 4,  # its FP8 is that with FP32 sums, half rate
    "trainium3": 1,  # FP4 is widened to FP8
}


def off_the_ratio(chips):
    """Peaks that are not the usual multiple of the next wider format's, to 3 %."""
    for chip in chips:
        for wide, narrow, factor in (
            ("tf32_tflops", "bf16_tflops", TF32.get(chip.vendor)),
            ("bf16_tflops", "fp8_tflops", FP8.get(chip.id, 2)),
            ("fp8_tflops", "fp4_tflops", FP4.get(chip.id, 2)),
        ):
            of, peak = getattr(chip, wide), getattr(chip, narrow)
            if of and peak and factor and abs(peak / of / factor - 1) > 0.03:
                yield chip, f"{narrow}: {peak:g} is {peak / of:.3g} x {wide}, not {factor:g} x; a dense peak?"


def off_the_neighbour(chips):
    """Peaks out of all proportion to the next wider format's; chips made for narrow formats are exempt."""
    for chip in chips:
        for wide, narrow, most in (
            ("tf32_tflops", "bf16_tflops", 8),  # TPU v4, Gaudi 3 and MI250X have no fast 32-bit format
            ("bf16_tflops", "fp8_tflops", 2.2),
            ("fp8_tflops", "fp4_tflops", 4),
            ("bf16_tflops", "int8_tops", 4.2),  # GeForce: half rate with the wide sums of BF16
        ):
            of, peak = getattr(chip, wide), getattr(chip, narrow)
            if of and peak and not 0.1 <= peak / of <= most and chip.id not in NARROW:
                yield chip, f"{narrow}: {peak:g} is {peak / of:.3g} x {wide}, beyond 0.1 to {most:g}"


NEURON = "https://awsdocs-neuron.readthedocs-hosted.com/en/latest/about-neuron/arch/neuron-hardware/neuron-core-"
TOM = (
    "https://www.tomshardware.com/pc-components/gpus/"
    "new-nvidia-ai-gpus-designed-to-get-around-us-export-bans-come-to-china-h20-l20-and-l2-to-fill-void-left-by-restricted-models"
)
# Published dense peaks of cores or pods: (chip, column, factor, TFLOPS, source); factor x TFLOPS is the chip's peak.
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
    """Peaks that do not agree with those published for the chip's cores, board or pod, to 7 %, as AWS rounds them."""
    by_id = {chip.id: chip for chip in chips}
    for id, column, parts, total, source in TOGETHER:
        peak = getattr(by_id[id], column) or 0 if id in by_id else None
        if peak is not None and abs(peak / (parts * total) - 1) > 0.07:
            yield by_id[id], f"{column}: {peak:g} is not {parts * total:g}, its part of {total:g} ({source})"


def too_much_for_its_power(chips):
    """Peaks over 3 dense BF16 TFLOPS a watt. The best known, B100, TPU v6e and v7, do 2.4 to 2.5."""
    for chip in chips:
        if chip.tdp_w and (chip.bf16_tflops or 0) / chip.tdp_w > 3:
            yield chip, f"bf16_tflops: {chip.bf16_tflops:g} from {chip.tdp_w:g} W; the best known do 2.5 a watt"


def power_out_of_bounds(chips):
    """A power that is unusual for the form factor."""
    for chip in chips:
        if not chip.tdp_w:
            continue
        low, high = WATTS.get(chip.form_factor, (0, 0))
        if not high:
            yield (
                chip,
                f"form_factor: '{chip.form_factor}' is new; give its power in WATTS of table_checks/chips.py",
            )
        elif not low <= chip.tdp_w <= high:
            yield chip, f"tdp_w: {chip.tdp_w:g} W; {chip.form_factor} takes {low:,} to {high:,}"


GB_PER_SECOND = {"hbm": (600, 25_000), "gddr": (250, 2000), "lpddr": (100, 800), "sram": (10_000, 30_000_000)}
GIGABYTES = {"hbm": (12, 300), "gddr": (8, 100), "lpddr": (16, 256), "sram": (0.1, 64)}


def odd_memory(chips):
    """A memory whose speed or size is unusual for its kind."""
    for chip in chips:
        for column, bounds in (("bandwidth_gb_s", GB_PER_SECOND), ("memory_gb", GIGABYTES)):
            low, high = bounds[chip.memory_class]
            if not low <= getattr(chip, column) <= high:
                yield chip, f"{column}: {getattr(chip, column):g}; {chip.memory_class} has {low:,} to {high:,}"


def odd_launch(chips):
    """A launch before 2015 or after the data edition."""
    for chip in chips:
        if chip.launch and not dt.date(2015, 1, 1) < chip.launch <= EDITION:
            yield chip, f"launch: {chip.launch} does not lie between 2015 and the data edition of {EDITION}"


def odd_launch_price(chips):
    """A launch price out of bounds, without a word whose it is, or soft (street, estimate) but not unverified."""
    for chip in chips:
        usd, notes = chip.launch_price_usd, chip.notes or ""
        if not usd or chip.checked == "no":
            continue
        if not 300 <= usd <= 50_000:
            yield chip, f"launch_price_usd: {usd:g} USD"
        if "pri" not in notes:
            yield chip, "launch_price_usd: the notes do not say whose price it is"
        clause = notes.partition("price: ")[2].partition(";")[0]
        soft = re.search(r"street|estimate|rough|about|kit|cost its maker", clause)
        if soft and "launch_price_usd" not in chip.unverified:
            yield chip, f"launch_price_usd: the notes say '{soft[0]}'; it belongs into unverified"
