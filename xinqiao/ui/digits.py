"""Whole numbers as they come in an address or a form: keys, versions, positions."""


def read(text: str | None, *, at_most: int = 18) -> int | None:
    """None for anything but 0 to 9 (² is a digit to Python, too), and for more digits than its column holds: 18 for a key, 9 for an integer."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= at_most else None
