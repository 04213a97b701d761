"""The lake: loaded records of many counties as Parquet in a shared folder, each county in its own place, for models run on Spark."""

from etl.lake.layout import County, county_of
from etl.lake.loading import load_built
from etl.lake.writing import Exported, export

__all__ = ["County", "Exported", "county_of", "export", "load_built"]
