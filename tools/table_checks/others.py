"""What must hold of hosted models, regions, ownership figures, training runs and model sizes."""

from collections import defaultdict


def unknown_chip(rows, chips):
    """A chip that is no id of the accelerator table."""
    known = {chip.id for chip in chips}
    for row in rows:
        column = "gpu" if hasattr(row, "gpu") else "entity"
        chip = getattr(row, column)
        if chip and chip not in known and (column == "gpu" or row.metric == "gpu_purchase_price"):
            yield row, f"{column}: '{chip}' is no id of the accelerator table"


def unknown_place(facts, regions):
    """A region that is no id of the regions table."""
    known = {region.id for region in regions} | {"global"}
    for fact in facts:
        if fact.region not in known:
            yield fact, f"region: '{fact.region}' is no id of the regions table, nor global"


def days_descend(prices):
    """A hosted model's price below a later one of it."""
    last = {}
    for price in prices:
        if price.as_of <= last.get((price.provider, price.model), price.as_of.min):
            yield price, f"as_of: stands below a price of {last[price.provider, price.model]}; days ascend for a model"
        last[price.provider, price.model] = price.as_of


def odd_price_of_tokens(prices):
    """Input at 0 or above 1,000 USD, output cheaper than input, or a price from memory that does not say so."""
    for price in prices:
        if not 0 < price.input_usd_mtok < 1000:
            yield price, f"input_usd_mtok: {price.input_usd_mtok:g} USD for a million tokens"
        if price.output_usd_mtok is not None and price.output_usd_mtok < price.input_usd_mtok:
            yield price, f"output_usd_mtok: {price.output_usd_mtok:g} is less than input"
        if price.checked == "no" and "from memory" not in (price.notes or ""):
            yield price, "notes: a price that was read nowhere is 'from memory'"


def duplicate_listing(days):
    """A hosted model that was listed first on two days."""
    seen = set()
    for day in days:
        for model in day.models:
            if (day.provider, model) in seen:
                yield day, f"models: '{model}' of {day.provider} was listed before"
            seen.add((day.provider, model))


def odd_electricity(regions):
    """A price outside those known in the world, or from memory."""
    for region in regions:
        usd = region.electricity_usd_kwh
        if usd is not None and not 0.02 < usd < 0.6:
            yield region, f"electricity_usd_kwh: {usd:g} USD; those known are 0.02 to 0.6"
        if region.electricity_checked == "no":
            yield region, "electricity_checked: a price is never from memory"


BETWEEN = {
    "pue": (1, 2),
    "wue": (0, 3),
    "USD/kWh": (0.02, 0.6),
    "kgCO2e/kWh": (0.001, 1.2),
    "L/kWh": (0.05, 25),
    "years": (2, 8),
    "fraction": (0.01, 1),
    "USD/kW/month": (80, 300),
    "USD/GPU": (1000, 80_000),
}


def odd_ownership_figure(facts):
    """A value outside the range of its metric or unit, or a second unit for a metric."""
    units = defaultdict(set)
    for fact in facts:
        units[fact.metric].add(fact.unit)
        low, high = BETWEEN.get(fact.metric) or BETWEEN.get(fact.unit) or (0, float("inf"))
        if not low < fact.value <= high:
            yield fact, f"value: {fact.value:g} {fact.unit} is not above {low:g} and at most {high:g}"
        if len(units[fact.metric]) > 1:
            yield fact, f"unit: '{fact.unit}'; rows of {fact.metric} above have another"


def odd_parameters(models):
    """Parameters 1 % off those computed for a gated decoder of these dimensions (as Llama: no biases, RMSNorm)."""
    for m in models:
        sizes = (m.hidden, m.head_dim, m.heads, m.kv_heads, m.ffn, m.layers, m.vocab)
        plain = m.gated and not m.experts and m.attention in ("MHA", "GQA", "MQA")
        if m.checked == "yes" and plain and None not in sizes:
            attention = 2 * m.hidden * m.head_dim * (m.heads + m.kv_heads)
            layer = attention + 3 * m.hidden * m.ffn + 2 * m.hidden
            params = m.layers * layer + m.hidden + (1 if m.tied else 2) * m.vocab * m.hidden
            if abs(params / m.active_params - 1) > 0.01:
                yield m, f"active_params: {m.active_params:,}; its layers, widths and vocabulary make {params:,}"
