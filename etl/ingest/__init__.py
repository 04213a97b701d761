"""Files → warehouse: detect, read, conform, check, upsert, ledger. Nothing is lost and nothing is guessed on the way."""

from etl.ingest.load import BatchResult, load

__all__ = ["BatchResult", "load"]
