"""Generators as files that play without PyTorch."""
