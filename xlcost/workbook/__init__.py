"""Workbooks: the kit (sheet, styles, stamp), the templates (one file each), filling and the demo."""
