"""What people write for a fuel, in Norwegian and English, and the word the portal uses.

Biogas and natural gas, HVO and diesel, plug-in and other hybrids are different classes with different proof (glossary
§1) and never stand in for each other: a bare "gass" is natural gas until a proof says biogas. Numbers are the fuel
codes of the vehicle register (facts.md §6.3).
"""

from __future__ import annotations

FUELS = (
    "electric",
    "hydrogen",
    "biogas",
    "natural_gas",
    "hvo",
    "biodiesel",
    "diesel",
    "petrol",
    "plugin_hybrid",
    "hybrid",
    "other",
)
ZERO_EMISSION = ("electric", "hydrogen")

_WRITTEN: dict[str, tuple[str, ...]] = {
    "electric": (
        "el", "elektrisk", "elektrisitet", "elektro", "elbil", "el-bil", "helelektrisk", "ren elbil", "batteri",
        "batterielektrisk", "strøm", "straum", "100 % el", "100% elektrisk", "elkraft", "electric", "electricity",
        "battery", "battery electric", "fully electric", "pure electric", "bev", "ev", "5", "5,5", "5,5,5", "elektrisk drift",
        "el (batteri)", "electric (bev)", "el/batteri",
    ),
    "hydrogen": (
        "hydrogen", "h2", "brenselcelle", "brenselscelle", "hydrogen (brenselcelle)", "fuel cell", "fcev", "fcv", "6",
        "hydrogen/el", "el/hydrogen", "hydrogenelektrisk",
    ),
    "biogas": (
        "biogass", "biogas", "biometan", "biomethane", "cbg", "lbg", "komprimert biogass", "flytende biogass",
        "biogass (cbg)", "biogass (lbg)", "biogass cbg", "biogass lbg", "renewable gas", "rng", "bio-cng", "bio-lng",
    ),
    "natural_gas": (
        "naturgass", "natural gas", "gass", "gas", "cng", "lng", "metan", "methane", "cng gass", "4", "13", "18", "19",
        "naturgass (cng)", "cng/lng",
    ),
    "hvo": (
        "hvo", "hvo100", "hvo 100", "hvo-diesel", "hvo diesel", "fornybar diesel", "fornybar diesel (hvo)",
        "renewable diesel", "hydrogenert vegetabilsk olje", "biodiesel hvo", "biodiesel (hvo)", "hvo biodiesel", "diesel hvo",
        "diesel (hvo)", "hvo100 diesel", "diesel hvo100", "hvo (100 %)",
    ),
    "biodiesel": ("biodiesel", "b100", "fame", "rme", "biodiesel b100", "biodiesel (fame)", "10", "rapsdiesel"),
    "diesel": (
        "diesel", "d", "autodiesel", "anleggsdiesel", "avgiftsfri diesel", "farget diesel", "diesel b7", "b7", "gasoil", "dieselolje",
        "fossil diesel", "fossildiesel", "2", "diesel euro 6",
    ),
    "petrol": (
        "bensin", "b", "petrol", "gasoline", "blyfri", "blyfri 95", "bensin 95", "fossil bensin", "e10", "1", "benzin",
    ),
    "plugin_hybrid": (
        "ladbar hybrid", "ladbarhybrid", "plugin hybrid", "plug-in hybrid", "plug in hybrid", "plugin-hybrid", "plugin",
        "plug-in", "phev", "hybrid (ladbar)", "hybrid ladbar", "hybrid plug-in", "hybrid (plug-in)", "hybrid phev",
        "el/bensin", "el/diesel", "bensin/el", "diesel/el", "el og bensin", "el og diesel", "bensin og el",
        "diesel og el", "el + bensin", "el + diesel", "bensin + el", "diesel + el", "ladbar hybrid bensin",
        "ladbar hybrid diesel", "ladbar hybrid (bensin)", "ladbar hybrid (diesel)", "elektrisk/bensin",
        "elektrisk/diesel", "bensin/elektrisk", "diesel/elektrisk", "plug-in hybrid bensin", "plug-in hybrid diesel",
        "ladbar hybrid/bensin", "petrol/electric", "diesel/electric",
    ),
    "hybrid": (
        "hybrid", "ikke-ladbar hybrid", "ikke ladbar hybrid", "ikkje ladbar hybrid", "selvladende hybrid", "hev", "mhev", "mild hybrid",
        "mildhybrid", "fullhybrid", "full hybrid", "hybrid bensin", "hybrid diesel", "bensin hybrid", "diesel hybrid",
        "hybrid (bensin)", "hybrid (diesel)", "bensinhybrid", "dieselhybrid", "hybrid/bensin", "bensin/hybrid", "self-charging hybrid",
        "sjølvladande hybrid", "petrol hybrid", "hybrid petrol", "hybrid electric",
    ),
    "other": (
        "annet", "anna", "other", "lpg", "propan", "autogass", "autogas", "parafin", "etanol", "ethanol", "e85",
        "metanol", "methanol", "bioetanol", "ed95", "3", "9", "11", "12", "14", "16", "17", "20",
    ),
}

WRITTEN: dict[str, str] = {text: fuel for fuel, texts in _WRITTEN.items() for text in texts}
"""What people write → the portal's word. Case and spacing do not matter (`parsing/cells.py` folds both sides)."""

LABELS: dict[str, dict[str, str]] = {
    "electric": {"nb": "el", "nn": "el", "en": "electric"},
    "hydrogen": {"nb": "hydrogen", "nn": "hydrogen", "en": "hydrogen"},
    "biogas": {"nb": "biogass", "nn": "biogass", "en": "biogas"},
    "natural_gas": {"nb": "naturgass", "nn": "naturgass", "en": "natural gas"},
    "hvo": {"nb": "HVO", "nn": "HVO", "en": "HVO"},
    "biodiesel": {"nb": "biodiesel", "nn": "biodiesel", "en": "biodiesel"},
    "diesel": {"nb": "diesel", "nn": "diesel", "en": "diesel"},
    "petrol": {"nb": "bensin", "nn": "bensin", "en": "petrol"},
    "plugin_hybrid": {"nb": "ladbar hybrid", "nn": "ladbar hybrid", "en": "plug-in hybrid"},
    "hybrid": {"nb": "hybrid", "nn": "hybrid", "en": "hybrid"},
    "other": {"nb": "annet", "nn": "anna", "en": "other"},
}
