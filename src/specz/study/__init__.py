"""What this study asks: its experiments, profiles, claims, archive, verification."""
