"""How long is the pause before another try?"""

import random

_LONGEST_SECONDS = 3600.0


def back_off(attempt: int, first_seconds: float) -> float:
    """Twice as long after each try, with some chance in it so that not everybody comes back at once."""
    most: float = min(first_seconds * 2 ** min(attempt - 1, 30), _LONGEST_SECONDS)
    return most / 2 + random.random() * most / 2  # noqa: S311 - it keeps no secret
