"""The data pipeline: raw dumps in, validated Parquet tables out. Knows no orchestrator."""

__version__ = "0.1.0"
