"""Street lights: `routes.py` says what is done, `rules.py` what may be, `storage.py` where they lie."""

from .routes import routes
from .rules import ENTITY

__all__ = ["ENTITY", "routes"]
