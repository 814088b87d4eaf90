"""The lab's subscriber systems: osmo-hlr, our reference HSS, and stand-ins for the rest."""
