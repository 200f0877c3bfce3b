"""Which resources does the API have?"""

# hansom: for each resource
from service import street_lights

# hansom: end

ROUTES = [
    # hansom: for each resource
    street_lights.routes,
    # hansom: end
]
ENTITIES = [
    # hansom: for each resource
    street_lights.ENTITY,
    # hansom: end
]
"""What events call them."""
