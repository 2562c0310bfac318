"""Place, unit, kind, urgency, litigation, names and requests: how often something is proposed, how often it is right, what it costs.

    python -m bench.text_place       writes var/bench/place.json and prints the scores

Real messages have no labels for these. What is right is measured where somebody labelled it: the places of `text_place_labels.csv` (ids and
the name of the place only; labelled by us, by reading), and organs of the invented region, where every petition names who is competent. All
else here is a share: how many messages get a proposal. `seen`: rows that were looked at while the rules were written; `fresh`: afterwards.
"""

import csv
import json
import os
import re
import secrets
import time
from collections import Counter, defaultdict
from pathlib import Path
from random import Random
from statistics import mean

import django
from django.conf import settings

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
OUT = Path(__file__).resolve().parents[1] / "var" / "bench"
LABELS = Path(__file__).with_name("text_place_labels.csv")
FILES = {"fj3": ("fj3_messages.csv", "msg_id"), "fj2": ("fj2_train.csv", "row"), "fj4": ("fj4_replies.csv", "msg_id")}
DRAWN = 600  # petitions of the invented region
CODE = re.compile(r"[A-Z]\d{0,2}[市区县州]")
TOWNS_LEVEL = 3

if not settings.configured:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinqiao.settings")
    os.environ.setdefault("XINQIAO_SECRET_KEY", secrets.token_hex(40))  # nothing is encrypted or stored here
    django.setup()

from xinqiao.analysis import units  # noqa: E402
from xinqiao.analysis.organs import Organ, Standing  # noqa: E402
from xinqiao.analysis.text import demands, names, places, signals  # noqa: E402
from xinqiao.analysis.text.proposal import Reading  # noqa: E402
from xinqiao.seed import region as seeded  # noqa: E402
from xinqiao.seed.petitions import draw_petitions  # noqa: E402


def messages() -> dict[tuple[str, str], Reading]:
    found = {}
    for name, (file, key) in FILES.items():
        with (DATA / file).open(encoding="utf-8", newline="") as rows:
            found |= {(name, row[key]): Reading(row["title"], row["body"]) for row in csv.DictReader(rows)}
    return found


def anonymised(texts: list[str]) -> places.Gazetteer:
    """The areas of the anonymised messages: A市 with A1区 … in it, each by the suffix it mostly has."""
    seen = Counter(code for text in texts for code in CODE.findall(text))
    areas, cities, best = [places.Area(1, "西地省", 1)], {}, defaultdict(Counter)
    for code, count in sorted(seen.items()):
        best[code[:-1]][code] += count
    for code, forms in sorted(best.items(), key=lambda one: (len(one[0]), one[0])):
        name, key = forms.most_common(1)[0][0], len(areas) + 1
        if len(code) == 1:
            cities[code] = key
            areas.append(places.Area(key, name, 2, 1))
        elif code[0] in cities:
            areas.append(places.Area(key, name, TOWNS_LEVEL, cities[code[0]]))
    return places.Gazetteer(areas)


def score_places(read: dict, gazetteer: places.Gazetteer) -> dict:
    """Against the labels. A message whose text names no place counts as right where nothing below the province is proposed."""
    rows = list(csv.DictReader(LABELS.open(encoding="utf-8", newline="")))
    right: dict[str, list] = defaultdict(list)
    among: dict[str, list] = defaultdict(list)
    wrong = []
    for row in rows:
        found = places.locate(read[row["file"], row["message"]], gazetteer)
        got = [gazetteer.areas[one.key].name for one in found if gazetteer.areas[one.key].level > 1]
        first = got[0] if got else ""
        right[row["sample"]].append(first == row["place"])
        among[row["sample"]].append(first == row["place"] or row["place"] in got)
        if first != row["place"]:
            wrong.append([row["file"], row["message"], row["place"], got])
    return {
        "labelled": {sample: len(values) for sample, values in right.items()},
        "first": {sample: round(mean(values), 3) for sample, values in right.items()},
        "among_three": {sample: round(mean(values), 3) for sample, values in among.items()},
        "wrong": wrong,
    }


def shares_and_cost(read: list[Reading], gazetteer: places.Gazetteer) -> dict:
    """Of all messages: how many get a proposal, and milliseconds of CPU for one message."""
    parts = {
        "place": lambda one: [row for row in places.locate(one, gazetteer) if gazetteer.areas[row.key].level > 1],
        "requests": demands.propose_demands,
        "kind": signals.propose_kind,
        "urgency": signals.propose_urgency,
        "litigation": signals.propose_litigation,
        "complained_of": names.accused,
    }
    figures = {}
    for name, part in parts.items():
        began = time.process_time()
        found = [part(one) for one in read]
        spent = time.process_time() - began
        figures[name] = {"share": round(mean(bool(one) for one in found), 4), "ms": round(1000 * spent / len(read), 4)}
        if name in ("kind", "urgency", "litigation"):
            figures[name]["first"] = dict(Counter(one[0].value if one else "" for one in found))
        if name == "requests":
            figures[name]["lines"] = round(mean(len(one) for one in found), 2)
    return figures


# ---- the invented region ------------------------------------------------------------------------------------------------


def region_standing(region, *, with_duties: bool) -> tuple[Standing, dict[str, int]]:
    """The tree of the invented region without a database."""
    organs = list(region.organisations.values())
    keys = {organ.key: number for number, organ in enumerate(organs, 1)}
    below = defaultdict(list)
    for organ in organs:
        below[organ.parent].append(organ.key)
    places_in_tree, counter = {}, iter(range(1, 2 * len(organs) + 1))

    def number(key: str) -> None:
        first = next(counter)
        for child in below[key]:
            number(child)
        places_in_tree[key] = (first, next(counter))

    for top in below[None]:
        number(top)
    rows = {
        keys[organ.key]: Organ(
            keys[organ.key], organ.name, organ.line, organ.level, keys.get(organ.parent), *places_in_tree[organ.key],
            tuple(organ.duties) if with_duties else (), organ.vertically_managed, organ.address,
        )
        for organ in organs
    }  # fmt: skip
    return Standing(rows), keys


def score_units(region) -> dict:
    """Petitions of the invented region: is the organ that is competent there first, or among three? With the class that was given, and without one.

    The duties in the region name the classes, so a class alone finds the organ by them; `rules` leaves the duties out.
    """
    codes = _codes(region.taxonomy["classes"])
    drawn = [one for one in draw_petitions(Random(7), region, DRAWN) if one.way in ("transfer", "assign", "simple")]
    figures: dict = {"petitions": len(drawn), "texts": len({one.key for one in drawn})}
    for name, with_duties, with_class in (
        ("rules_and_class", False, True),
        ("duties_and_class", True, True),
        ("text_only", False, False),
    ):
        standing, keys = region_standing(region, with_duties=with_duties)
        first, three = [], []
        for one in drawn:
            reading = Reading(one.title, one.content)
            where = standing.organs[keys[_place_key(region, one.place)]]
            path = one.content_class if with_class else ()
            asked = units.Asked(reading.text, codes.get(path, ""), path, where, standing)
            got = [candidate.value for candidate in units.competent(asked)]
            wanted = str(keys[one.organisation])
            first.append(got[:1] == [wanted])
            three.append(wanted in got[:3])
        figures[name] = {"first": round(mean(first), 3), "among_three": round(mean(three), 3)}
    return figures


def score_signals(region) -> dict:
    """One petition for each invented text: its kind, and whether courts, prosecutors or the police have it, as its way through the office says.

    The words were chosen with these texts in view, so this shows that the rules do what they say, not how they do elsewhere.
    """
    drawn = {}
    for one in draw_petitions(Random(3), region, 2 * DRAWN):
        drawn.setdefault(one.key, one)
    right, of, court = Counter(), Counter(), Counter()
    for one in drawn.values():
        reading = Reading(one.title, one.content)
        of[one.kind.value] += 1
        right[one.kind.value] += signals.propose_kind(reading)[0].value == one.kind
        said = any(found.value == "yes" for found in signals.propose_litigation(reading))
        court["with_them" if one.way in ("political_legal", "guide") else "without", said] += 1
    return {
        "kind": {kind: f"{right[kind]}/{of[kind]}" for kind in of},
        "litigation_found": f"{court['with_them', True]}/{court['with_them', True] + court['with_them', False]}",
        "litigation_wrongly": court["without", True],
    }


def _codes(nodes: list[dict], above: tuple[str, ...] = ()) -> dict[tuple[str, ...], str]:
    found = {}
    for node in nodes:
        path = (*above, node["name"])
        found[path] = node["code"]
        found |= _codes(node.get("children", []), path)
    return found


def _place_key(region, area: str) -> str:
    return f"{area}-gov" if f"{area}-gov" in region.organisations else f"{area}-village"


def main() -> dict:
    figures: dict = {}
    if DATA.exists():
        read = messages()
        gazetteer = anonymised([one.text for one in read.values()])
        figures = {"messages": len(read), "places": score_places(read, gazetteer)}
        figures["proposals"] = shares_and_cost(list(read.values()), gazetteer)
        figures["ms_together"] = round(sum(part["ms"] for part in figures["proposals"].values()), 3)
    region = seeded.load()
    figures["units"], figures["signals"] = score_units(region), score_signals(region)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "place.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    return figures


if __name__ == "__main__":
    main()
