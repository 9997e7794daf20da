"""Denoising: methods that turn a noisy spectrum into one without noise, and what they invent."""
