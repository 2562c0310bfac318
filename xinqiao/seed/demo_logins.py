"""What a visitor of the demonstration types: one log-in per role, and number and query code of three matters.

Query codes are stored only as slow hashes, so those of the three are kept beside the data, readable by the owner only.
"""

import functools
import json

from xinqiao import folders

from . import region

PASSWORD = "xinqiao-demo-2026"
FILE = "demo-logins.json"


def keep(citizens: list[dict]) -> None:
    """Keep number and query code of the matters that a visitor may follow as their citizen."""
    folders.write_secret(folders.var() / FILE, json.dumps(citizens, ensure_ascii=False, indent=1) + "\n")


def listed() -> list[dict]:
    """Every log-in, officers first; citizens have `number` and `query_code` in place of user name and password."""
    return officers() + kept()


@functools.cache
def officers() -> list[dict]:
    """One log-in per role."""
    data = region.load()
    return [
        {
            "role": "、".join(role.label for role in officer.roles),
            "name": officer.name,
            "organisation": data.organisations[officer.organisation].name,
            "username": officer.username,
            "password": PASSWORD,
        }
        for officer in data.demo_logins
    ]


def kept() -> list[dict]:
    """The citizens' matters; none when the data directory is not the one that was seeded."""
    try:
        return json.loads((folders.var() / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
