"""Where does the project lie? Its contract, migrations and seeds are read from there."""

import tomllib
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent


def project_file(*names: str) -> Path:
    """The path of a file of the project."""
    return _ROOT.joinpath(*names)


@cache
def project_name() -> str:
    """What `pyproject.toml` calls the project."""
    project = tomllib.loads(project_file("pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["name"])
