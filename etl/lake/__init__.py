"""The lake: loaded records of many counties as Parquet in a shared folder, each in its own place, built and put together from there."""

from etl.lake.gathering import Gathered, gather
from etl.lake.layout import County, county_of
from etl.lake.loading import load_built
from etl.lake.opening import lake_at
from etl.lake.writing import Exported, export

__all__ = ["County", "Exported", "Gathered", "county_of", "export", "gather", "lake_at", "load_built"]
