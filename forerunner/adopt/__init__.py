"""Taking a running network over into the inventory: read, understand, prove, write."""

from forerunner.adopt.operation import Adoption, Terms, adopt

__all__ = ["Adoption", "Terms", "adopt"]
