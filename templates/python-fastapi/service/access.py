"""Who may do what? What is not listed here is served to nobody: without a rule, the service does not start."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AccessRule:
    groups: tuple[str, ...]
    """Groups whose members may."""
    applications: bool = False
    """Whether applications may that hold a grant of the platform."""


_STAFF = ("street-services@hackney.example",)

RULES: dict[str, AccessRule] = {
    "getHealth": AccessRule(_STAFF, applications=True),
    # hansom: for each resource
    "listStreetLights": AccessRule(_STAFF, applications=True),
    "createStreetLight": AccessRule(_STAFF, applications=True),
    "getStreetLight": AccessRule(_STAFF, applications=True),
    "updateStreetLight": AccessRule(_STAFF, applications=True),
    "deleteStreetLight": AccessRule(_STAFF, applications=True),
    # hansom: end
}


def rule_for(operation_id: str) -> AccessRule:
    rule = RULES.get(operation_id)
    if rule is None:
        raise LookupError(f"nobody is said to be let in to {operation_id}; add a rule to service/access.py")
    return rule
