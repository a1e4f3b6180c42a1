"""Understanding a published plan: a grid of cells and the prose around it become a reading."""
