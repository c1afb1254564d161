"""What stands for Excel, xlwings Lite and VBA where none is at hand."""
