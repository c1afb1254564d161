"""Charts in the house style: no border, no title of their own, legend below, light horizontal lines."""

from __future__ import annotations

from typing import Any

from openpyxl.chart import BarChart, LineChart
from openpyxl.chart.axis import DateAxis
from openpyxl.chart.data_source import AxDataSource, NumDataSource, NumRef, StrRef
from openpyxl.chart.marker import Marker
from openpyxl.chart.series import Series, SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties
from openpyxl.drawing.text import Font as DrawingFont

from xlcost.kit.styles import AMBER, BLUE, FONT, HAIR, LINE, MUTED, NAVY, ROSE, SLATE, TEAL
from xlcost.ooxml.address import quoted_title

COLOURS = (NAVY, TEAL, SLATE, AMBER, BLUE, ROSE)
CENTIMETRES = (11.0, 6.6)


def _text_style(size: int = 900) -> RichText:
    look = CharacterProperties(sz=size, solidFill=MUTED, latin=DrawingFont(typeface=FONT))
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=look), endParaRPr=look)])


def _styled(chart: Any, value_format: str, size: tuple[float, float]) -> Any:
    chart.width, chart.height = size
    chart.style, chart.title, chart.roundedCorners = None, None, False
    bare = GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
    chart.graphical_properties = bare
    chart.plot_area.graphicalProperties = bare
    chart.legend.position, chart.legend.overlay, chart.legend.txPr = "b", False, _text_style()
    for axis in (chart.x_axis, chart.y_axis):
        axis.delete, axis.title, axis.majorTickMark, axis.txPr = False, None, "none", _text_style(850)
    chart.x_axis.majorGridlines, chart.x_axis.tickLblPos = None, "low"
    chart.x_axis.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=LINE, w=9525))
    chart.y_axis.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=HAIR, w=6350))
    chart.y_axis.number_format = value_format
    chart.y_axis.numFmt.sourceLinked = False
    return chart


def _series(sheet: str, name_cell: str, values: str, labels: str) -> Series:
    at = quoted_title(sheet) + "!"
    series = Series(idx=0, order=0, val=NumDataSource(numRef=NumRef(f=at + values)))
    series.tx = SeriesLabel(strRef=StrRef(f=at + name_cell))
    series.cat = AxDataSource(numRef=NumRef(f=at + labels))
    return series


def bars(
    sheet: str, rows: list[tuple[str, str]], labels: str, value_format: str, size: tuple[float, float] = CENTIMETRES
) -> Any:
    """Stacked columns over months; `rows` = (cell of the name, range of the values), `labels` = range of dates."""
    chart = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "col", "stacked", 100, 55
    _add(chart, sheet, rows, labels)
    for series, colour in zip(chart.series, _colours(chart), strict=True):
        series.graphicalProperties = GraphicalProperties(solidFill=colour, ln=LineProperties(noFill=True))
        series.invertIfNegative = False
    _months(chart)
    return _styled(chart, value_format, size)


def lines(
    sheet: str, rows: list[tuple[str, str]], labels: str, value_format: str, size: tuple[float, float] = CENTIMETRES
) -> Any:
    """Lines over months; `labels` = range of dates."""
    chart = LineChart()
    _add(chart, sheet, rows, labels)
    for series, colour in zip(chart.series, _colours(chart), strict=True):
        line = LineProperties(solidFill=colour, w=22225, cap="rnd")
        series.graphicalProperties = GraphicalProperties(ln=line)
        series.marker, series.smooth = Marker(symbol="none"), False
    _months(chart)
    return _styled(chart, value_format, size)


def _colours(chart: Any) -> tuple[str, ...]:
    """A colour for each series; more series than colours are an error, as they could not be told apart."""
    count = len(chart.series)
    if count > len(COLOURS):
        raise ValueError(f"chart: it takes {len(COLOURS)} series, not {count}; add up the smallest")
    return COLOURS[:count]


def _months(chart: Any) -> None:
    """Give the chart a date axis with a label every half year, however many months there are."""
    chart.x_axis = DateAxis(crossAx=100)
    chart.x_axis.number_format, chart.x_axis.majorTimeUnit = "mmm yy", "months"
    chart.x_axis.baseTimeUnit, chart.x_axis.majorUnit = "months", 6
    chart.y_axis.crossAx = 500


def _add(chart: Any, sheet: str, rows: list[tuple[str, str]], labels: str) -> None:
    for number, (name_cell, values) in enumerate(rows):
        series = _series(sheet, name_cell, values, labels)
        series.idx = series.order = number
        chart.series.append(series)
