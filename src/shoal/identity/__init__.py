"""Who asks: keys, tenants and roles. It knows nothing of HTTP, and nothing of what a request says."""

from shoal.identity.identity import Identity
from shoal.identity.keys import Key, Minted, Role, mint

__all__ = ["Identity", "Key", "Minted", "Role", "mint"]
