"""The activities that the worker registers, a module for each kind of workflow."""
