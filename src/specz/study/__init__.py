"""The questions of this study: its experiments, profiles, claims, archive, verification."""
