"""Recipes: what a training is told, and the two that come with midigan."""
