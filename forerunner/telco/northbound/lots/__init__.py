"""Lots: CSV files over SFTP, each answered by a result file."""

from forerunner.telco.northbound.lots.lots import Lots
from forerunner.telco.northbound.lots.settings import LotSettings, lot_settings_from

__all__ = ["LotSettings", "Lots", "lot_settings_from"]
