"""Writes the large tables of src/shoal/facts/data from public data sets; the small ones are kept by hand.

    python scripts/facts_tables.py --data PATH [--prices FILE] [--mixes FILE]

PATH holds the data sets' folders (`OWNER__NAME`), FILE the price list of LiteLLM and the electricity mixes of
EcoLogits. It knows nothing of how the facts are used. What stands in sources.csv must be true of what is written here.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "src" / "shoal" / "facts" / "data"
COLUMNS = ("subject", "quantity", "low", "value", "high", "unit", "year", "source")
GRID_UNIT, PRICE_UNIT = "gCO2e/kWh", "USD/1e6 tokens"
PROVIDERS = {"Amazon Web Services": "aws", "Google Cloud": "gcp", "Microsoft Azure": "azure"}
PRICED = ("openai", "anthropic", "gemini", "mistral", "deepseek", "xai", "cohere_chat", "groq")
# Two rows of one region, or a place that is no region of the provider.
WRONG = {("northeurope", "Finland"), ("asiapacific", "Indonesia"), ("indiasouthcentral", "India South Central")}
YEARLY = "GoogleCloudPlatform__region-carbon-info/data/yearly"
REGIONS = "Green-Software-Foundation__real-time-cloud/Cloud_Region_Metadata.csv"
COUNTRIES = "mlco2__codecarbon/codecarbon/data/private_infra/global_energy_mix.json"
CPUS = "cloud-carbon-footprint__ccf-coefficients/output"

Row = Mapping[str, object]
Wire = dict[str, str]


def row(subject: str, quantity: str, value: float, unit: str, year: int, source: str, **more: float) -> Row:
    """One fact. `more` may hold `low` and `high`."""
    return {
        "subject": subject,
        "quantity": quantity,
        "value": value,
        "unit": unit,
        "year": year,
        "source": source,
    } | more


def countries(root: Path) -> Iterator[Row]:
    """The average of each country and of the world, weighted by what each generates (TWh)."""
    found = json.loads((root / COUNTRIES).read_text(encoding="utf-8"))
    total = sum(each["total_TWh"] for each in found.values())
    mean = sum(each["carbon_intensity"] * each["total_TWh"] for each in found.values()) / total
    tenth, ninetieth = (weighted_quantile(list(found.values()), share) for share in (0.1, 0.9))
    yield row("WOR", "average", round(mean, 1), GRID_UNIT, 2023, "owid-weighted", low=tenth, high=ninetieth)
    for code, each in sorted(found.items()):
        yield row(code, "average", round(each["carbon_intensity"], 1), GRID_UNIT, each["year"], "owid")


def weighted_quantile(found: Sequence[Mapping[str, float]], share: float) -> float:
    """The intensity below which that share of the world's electricity is generated."""
    rising = sorted(found, key=lambda each: each["carbon_intensity"])
    left = share * sum(each["total_TWh"] for each in rising)
    for each in rising:
        left -= each["total_TWh"]
        if left <= 0:
            return round(each["carbon_intensity"], 1)
    return round(rising[-1]["carbon_intensity"], 1)


def country_names(root: Path) -> Iterator[Wire]:
    """What else a country is called."""
    found = json.loads((root / COUNTRIES).read_text(encoding="utf-8"))
    yield {"alias": "world", "subject": "WOR"}
    for code, each in sorted(found.items()):
        yield {"alias": each["country_name"].lower(), "subject": code}


def google(root: Path) -> Iterator[Row]:
    """The latest year of each region that Google itself published."""
    latest: dict[str, tuple[int, float]] = {}
    for path in sorted((root / YEARLY).glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for cells in list(csv.reader(file))[1:]:
                if cells and cells[-1].strip():
                    latest[cells[0]] = (int(path.stem), float(cells[-1]))
    for name, (year, value) in sorted(latest.items()):
        yield row(f"gcp/{name}", "average", value, GRID_UNIT, year, "google-regions")


def regions(root: Path) -> tuple[list[Row], list[Row]]:
    """Grid rows and site rows of the latest year of each cloud region."""
    latest: dict[tuple[str, str], Wire] = {}
    with (root / REGIONS).open(encoding="utf-8-sig", newline="") as file:
        for each in csv.DictReader(file):
            key = (PROVIDERS[each["cloud-provider"]], each["cloud-region"])
            if (each["cloud-region"], each["location"]) not in WRONG and each["year"] >= latest.get(key, each)["year"]:
                latest[key] = each
    grid: list[Row] = []
    sites: list[Row] = []
    for (provider, name), each in sorted(latest.items()):
        grid += region_grid(f"{provider}/{name}", each, own_average=provider == "gcp")
        sites += region_site(f"{provider}/{name}", each)
    return grid, sites


def region_grid(subject: str, each: Wire, *, own_average: bool) -> Iterator[Row]:
    """Average, market and marginal intensity, where published."""
    columns = {
        "average": "" if own_average else "grid-carbon-intensity-average-consumption-annual",
        "market": "provider-carbon-intensity-market-annual",
        "marginal": "grid-carbon-intensity-marginal-consumption-annual",
    }
    for quantity, column in columns.items():
        if each.get(column, "").strip():
            yield row(subject, quantity, float(each[column]), GRID_UNIT, int(each["year"]), "gsf-regions")


def region_site(subject: str, each: Wire) -> Iterator[Row]:
    """PUE and WUE, where published."""
    for quantity, column, unit in (
        ("pue", "power-usage-effectiveness", "ratio"),
        ("wue", "water-usage-effectiveness", "L/kWh"),
    ):
        if each[column].strip():
            yield row(subject, quantity, float(each[column]), unit, int(each["year"]), "gsf-regions")


def cpus(root: Path) -> Iterator[Row]:
    """Watts per virtual CPU, idle and busy, by provider and microarchitecture."""
    for provider in ("aws", "azure", "gcp"):
        with (root / CPUS / f"coefficients-{provider}-use.csv").open(encoding="utf-8", newline="") as file:
            for each in csv.DictReader(file):
                subject = f"{provider}/{each['Architecture'].lower()}"
                for quantity, column in (("idle_w", "Min Watts"), ("busy_w", "Max Watts")):
                    yield row(subject, quantity, round(float(each[column]), 3), "W/vCPU", 2023, "ccf-coefficients")


def prices(path: Path) -> Iterator[Row]:
    """List prices of chat models: input, cached input, output."""
    columns = {
        "input": "input_cost_per_token",
        "cached": "cache_read_input_token_cost",
        "output": "output_cost_per_token",
    }
    for name, each in sorted(json.loads(path.read_text(encoding="utf-8")).items()):
        host = each.get("litellm_provider")
        bare = name.removeprefix(f"{host}/")
        if host not in PRICED or each.get("mode") != "chat" or "/" in bare or bare.startswith("ft:"):
            continue
        for quantity, column in columns.items():
            if each.get(column) is not None and each.get("input_cost_per_token"):
                subject = f"{host.removesuffix('_chat')}/{bare}"
                yield row(subject, quantity, round(each[column] * 1e6, 6), PRICE_UNIT, 2026, "litellm-prices")


def mixes(path: Path, zones: frozenset[str]) -> Iterator[Row]:
    """Water and raw materials per kWh of electricity for some zones, where they are their own and not the world's; the
    world's spread is that of the middle four fifths of the countries."""
    found = json.loads(path.read_text(encoding="utf-8"))["electricity_mixes"]
    for quantity, column, unit, year, source in (
        ("water", "wue", "L/kWh", 2020, "wri-water"),
        ("materials", "adpe", "kgSbeq/kWh", 2024, "ecologits-mixes"),
    ):
        own = {
            each["name"]: each[column] for each in found if f"{column}-world" not in " ".join(each["warnings"] or ())
        }
        middle = sorted(own.values())[len(own) // 10 : -len(own) // 10]
        spread = {"low": min(*middle, own["WOR"]), "high": max(*middle, own["WOR"])}
        for zone in sorted(zones & own.keys()):
            yield row(zone, quantity, own[zone], unit, year, source, **(spread if zone == "WOR" else {}))


def write(name: str, rows: Iterator[Row] | Sequence[Row]) -> None:
    """Writes a table and says how long it is."""
    kept = list(rows)
    with (DATA / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
    print(f"{name}: {len(kept)} rows")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--prices", type=Path)
    parser.add_argument("--mixes", type=Path)
    options = parser.parse_args()
    grid, sites = regions(options.data)
    write("countries.csv", countries(options.data))
    write("google_regions.csv", google(options.data))
    write("cloud_regions.csv", grid)
    write("sites_by_region.csv", sites)
    write("cpus.csv", cpus(options.data))
    with (DATA / "aliases.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ("alias", "subject"), lineterminator="\n")
        writer.writeheader()
        writer.writerows(country_names(options.data))
    if options.prices:
        write("prices.csv", prices(options.prices))
    if options.mixes:
        with (DATA / "region_zones.csv").open(encoding="utf-8", newline="") as file:
            zones = frozenset(each["zone"] for each in csv.DictReader(file)) | {"WOR"}
        write("mixes.csv", mixes(options.mixes, zones))


if __name__ == "__main__":
    main()
