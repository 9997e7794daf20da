"""Run an experiment once, keep its result, run it elsewhere."""
