"""The papers and pages that formulas and default values rest on, each cited once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """A publication: short name, what it is, where it stands, its year."""

    short: str
    title: str
    place: str
    year: int

    def __str__(self) -> str:
        return f"{self.short}: {self.title} ({self.place})"


class Assumed(float):
    """A default value that is an assumption: a float with its reason and its source."""

    source: Source
    why: str

    def __new__(cls, value: float, source: Source, why: str) -> Assumed:
        number = super().__new__(cls, value)
        number.source = source
        number.why = why
        return number


KAPLAN_2020 = Source("Kaplan et al. 2020", "Scaling laws for neural language models", "arXiv:2001.08361", 2020)
GPT3_2020 = Source("Brown et al. 2020", "Language models are few-shot learners, Table D.1", "arXiv:2005.14165", 2020)
NARAYANAN_2021 = Source(
    "Narayanan et al. 2021", "Efficient large-scale training on GPU clusters", "arXiv:2104.04473", 2021
)
KORTHIKANTI_2022 = Source(
    "Korthikanti et al. 2022", "Reducing activation recomputation, Table 2", "arXiv:2205.05198", 2022
)
ZERO_2020 = Source("Rajbhandari et al. 2020", "ZeRO: memory optimizations, Figure 1", "arXiv:1910.02054", 2020)
HOFFMANN_2022 = Source("Hoffmann et al. 2022", "Training compute-optimal LLMs", "arXiv:2203.15556", 2022)
PALM_2022 = Source("Chowdhery et al. 2022", "PaLM: scaling language modeling", "arXiv:2204.02311", 2022)
VLLM_2023 = Source("Kwon et al. 2023", "Memory management for LLM serving, section 3", "arXiv:2309.06180", 2023)
LORA_2021 = Source("Hu et al. 2021", "LoRA: low-rank adaptation", "arXiv:2106.09685", 2021)
QLORA_2023 = Source("Dettmers et al. 2023", "QLoRA: finetuning of quantized LLMs", "arXiv:2305.14314", 2023)
LLAMA3_2024 = Source("Grattafiori et al. 2024", "The Llama 3 herd of models, Table 3", "arXiv:2407.21783", 2024)
NEOX_README = Source(
    "EleutherAI", "GPT-NeoX-20B: about 45 GB on two GPUs", "github.com/EleutherAI/gpt-neox README", 2022
)
LLAMA_CPP = Source("llama.cpp", "quantize README: measured bits per weight", "github.com/ggml-org/llama.cpp", 2024)
EPOCH_RUNS = Source("Epoch AI", "Data on frontier AI models, CC-BY 4.0", "epoch.ai/data", 2026)
COTTIER_2024 = Source(
    "Cottier et al. 2024", "The rising costs of training frontier AI models", "arXiv:2405.21015", 2024
)
AICONFIGURATOR = Source(
    "NVIDIA aiconfigurator 0.12",
    "database of kernels measured on the hardware",
    "pypi.org/project/aiconfigurator",
    2026,
)
PATTERSON_2021 = Source(
    "Patterson et al. 2021", "Carbon emissions and large neural network training", "arXiv:2104.10350", 2021
)
EIA_2026 = Source("U.S. EIA", "Electric Power Monthly, table 5.6.A, April 2026", "eia.gov/electricity/monthly", 2026)
A16Z_2023 = Source(
    "Andreessen Horowitz 2023",
    "Navigating the high cost of AI compute",
    "a16z.com/navigating-the-high-cost-of-ai-compute",
    2023,
)
BESIROGLU_2024 = Source("Besiroglu et al. 2024", "Chinchilla scaling: a replication attempt", "arXiv:2404.10102", 2024)
KORTHIKANTI_TIMES = Source(
    "Korthikanti et al. 2022", "Reducing activation recomputation, Table 5", "arXiv:2205.05198", 2022
)
MEGATRON_CORE = Source(
    "Megatron-LM", "distributed optimizer: bytes per parameter", "github.com/NVIDIA/Megatron-LM", 2024
)
TORCHTITAN = Source("torchtitan", "performance on 64 A100", "github.com/pytorch/torchtitan docs/performance.md", 2024)
EPOCH_COSTS = Source(
    "Epoch AI",
    "training-cost-trends: server power and lifetime",
    "github.com/epoch-research/training-cost-trends",
    2026,
)
AMAZON_10K = Source("Amazon 2025", "annual report: useful life of servers", "wiresift.com/ai-server-depreciation", 2025)
CBRE_2024 = Source("CBRE 2024", "North America data center trends H2 2024", "cbre.com/insights/reports", 2024)
CLUSTER_USE = Source(
    "Disintermediate", "glossary: cluster utilisation", "disintermediate.global/glossary/utilisation", 2026
)
ECOLOGITS = Source(
    "ADEME and OWID", "electricity mixes, as EcoLogits 0.11.3 has them", "pypi.org/project/ecologits", 2025
)
TENSORRT_LLM = Source(
    "TensorRT-LLM 0.17",
    "performance overview: maximum throughput",
    "github.com/NVIDIA/TensorRT-LLM docs/source/performance/perf-overview.md @258c754",
    2025,
)
LLAMA_CPP_SPEED = Source(
    "XiongjieDai", "llama.cpp on GPUs and Apple silicon", "github.com/XiongjieDai/GPU-Benchmarks-on-LLM-Inference", 2024
)
ML_ENGINEERING = Source(
    "Bekman", "Machine learning engineering: maximum achievable matmul", "github.com/stas00/ml-engineering", 2024
)
KNATIVE = Source("Knative", "autoscaler: target utilisation, 70 % by default", "knative.dev/docs/serving", 2024)
DEEPSEEK_SERVING = Source(
    "DeepSeek 2025", "DeepSeek-V3/R1 inference system overview", "github.com/deepseek-ai/open-infra-index", 2025
)
SCALING_BOOK = Source("scaling-book", "All about transformer inference", "jax-ml.github.io/scaling-book", 2025)
TRAINING_RUNS = Source(
    "Published training runs",
    "GPU-hours as their makers give them, row by row",
    "xlcost/facts/training_runs.csv",
    2026,
)
ARROW_1951 = Source(
    "Arrow, Harris and Marschak 1951", "Optimal inventory policy: the newsvendor", "Econometrica 19, 250-272", 1951
)
GENAI_PRICES = Source(
    "genai-prices", "prices of hosted models, by date (MIT)", "github.com/pydantic/genai-prices", 2026
)
XLCOST_TABLES = Source("xlcost tables", "each row with its own source and date", "xlcost/facts", 2026)
