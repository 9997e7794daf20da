"""Run each experiment once, store its result; run it on this machine or on a cluster."""
