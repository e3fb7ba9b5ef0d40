"""Synthetic studies with known truth: a latent headache process, its diary, and dirt whose place is written down."""
