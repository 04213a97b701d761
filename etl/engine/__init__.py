"""Runs the models: reference tables first, then every fact and mart in the order their SQL asks for, all or nothing."""

from etl.engine.building import BuildResult, build

__all__ = ["BuildResult", "build"]
