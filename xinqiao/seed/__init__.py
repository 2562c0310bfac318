"""The seeded region (演示地区): a fictional prefecture with its organs, officers and matters, made by the real steps.

`run()` fills an empty database, `is_seeded()` says whether that was done, `logins()` what to type at the log-in pages.
"""


def run(*, seed: int = 1, count: int = 300, today=None, progress=None) -> dict:
    """Fill the database; see `program.run`."""
    from . import program  # the models exist only after Django has been set up

    return program.run(seed=seed, count=count, today=today, progress=progress)


def is_seeded() -> bool:
    """Whether the region is there already."""
    from . import load_region

    return load_region.is_loaded()


def logins() -> list[dict]:
    """One log-in per role with the password of the demonstration, and three matters with number and query code."""
    from . import demo_logins

    return demo_logins.listed()
