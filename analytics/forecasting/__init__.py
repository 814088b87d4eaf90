"""Forecasts of loads and demands, minutes to a week ahead, with how far they may be off."""

from analytics.forecasting.forecaster import Forecast, LoadForecaster
from analytics.forecasting.near import NearTerm
from analytics.forecasting.profile import DayProfile
from analytics.forecasting.series import Series

__all__ = ["DayProfile", "Forecast", "LoadForecaster", "NearTerm", "Series"]
