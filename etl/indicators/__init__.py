"""Indicators: one reviewed definition a file, and the one function that gives their numbers to pages and to `hall indicator`."""

from etl.indicators.definition import Indicator, definition, definitions
from etl.indicators.evaluate import Query, Result, Row, evaluate

__all__ = ["Indicator", "Query", "Result", "Row", "definition", "definitions", "evaluate"]
