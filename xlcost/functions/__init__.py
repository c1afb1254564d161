"""What a cell calls: names become numbers here, then formulas compute."""
