"""Shapes and controls of a values-only copy: they look as they did, and follow no cell."""

from xml.etree import ElementTree

import pytest

from xlcost.into_workbook.snapshot import shapes

SPACES = """xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships\""""
EMBEDDED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed"
DRAWING = f"""<xdr:wsDr {SPACES}><xdr:twoCellAnchor>
<xdr:sp macro="[0]!Go" textlink="Sheet1!$A$1"><xdr:txBody><a:p><a:pPr algn="ctr"/>
<a:fld id="{{1}}" type="TxLink"><a:rPr b="1"/><a:pPr algn="r"/><a:t>1,234</a:t></a:fld>
<a:fld id="{{2}}" type="datetime1"><a:t>today</a:t></a:fld></a:p></xdr:txBody></xdr:sp>
<xdr:sp macro="" textlink=""><xdr:spPr/></xdr:sp>
<xdr:pic macro='Book2.xlsm!Go'><xdr:nvPicPr><xdr:cNvPr id="3" name="Photo"><a:extLst>
<a:ext uri="{{84589F7E-364E-4C9E-8A38-B11213B215E9}}"><a14:cameraTool
 xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" cellRange="Sheet1!$A$1:$B$2"/></a:ext>
<a:ext uri="{{other}}"><a:kept/></a:ext></a:extLst></xdr:cNvPr></xdr:nvPicPr>
<xdr:blipFill><a:blip r:embed="rId1"/><a:stretch/></xdr:blipFill></xdr:pic>
<xdr:graphicFrame macro=""><xdr:xfrm/></xdr:graphicFrame></xdr:twoCellAnchor></xdr:wsDr>"""
VML = """<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel">
<v:shape id="a"><v:textbox><font>not<br>whole</font></v:textbox><x:ClientData ObjectType="Drop">
 <x:Anchor>1, 2, 3</x:Anchor><x:FmlaMacro>[0]!Go</x:FmlaMacro><x:FmlaLink>$A$1</x:FmlaLink>
 <x:FmlaRange>{}</x:FmlaRange><x:FmlaGroup/><x:FmlaTxbx>$B$1</x:FmlaTxbx><x:Val>2</x:Val>
 <x:FmlaPict>Sheet1!$A$1</x:FmlaPict><x:Camera/></x:ClientData></v:shape></xml>"""
CONTROL = """<formControlPr xmlns="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" objectType="Drop"
 fmlaLink="$A$1" fmlaRange="{}" fmlaGroup="$C$1" fmlaTxbx="Sheet1!$D$1" noThreeD="1" sel="2" val="0"/>"""
SHEET = """<worksheet xmlns="urn:s"><sheetData/><controls><control shapeId="1" name="Drop 1"><controlPr
 defaultSize="0" print="0" macro="[0]!Go" linkedCell="A1" listFillRange='B1:B9'><anchor/></controlPr></control>
<control shapeId="2" name="Label 2"><controlPr defaultSize="0"/></control></controls></worksheet>"""


def names(xml):
    return [element.tag.partition("}")[2] for element in ElementTree.fromstring(xml).iter()]


def attributes(xml, name):
    found = (e for e in ElementTree.fromstring(xml).iter() if e.tag.endswith(f"}}{name}"))
    return [dict(element.attrib) for element in found]


def test_shapes_show_the_text_that_they_showed():
    copy = shapes.shapes(DRAWING.encode())
    assert attributes(copy, "sp") == [{"macro": ""}, {"macro": ""}]
    assert attributes(copy, "pic") == [{"macro": ""}]
    (run,) = (e for e in ElementTree.fromstring(copy).iter() if e.tag.endswith("}r"))
    assert [(e.tag.partition("}")[2], e.text) for e in run] == [("rPr", None), ("t", "1,234")]
    assert attributes(copy, "fld") == [{"id": "{2}", "type": "datetime1"}]  # follows no cell
    assert attributes(copy, "pPr") == [{"algn": "ctr"}]


def test_picture_of_cells_is_a_picture():
    copy = shapes.shapes(DRAWING.encode())
    assert "cameraTool" not in names(copy) and "kept" in names(copy)
    assert attributes(copy, "cNvPr") == [{"id": "3", "name": "Photo"}]


def test_everything_else_of_a_drawing_stays():
    """What is changed twice is as it was changed once, and a drawing without links keeps its bytes."""
    copy = shapes.shapes(DRAWING.encode())
    assert shapes.shapes(copy) == copy
    old, new = names(DRAWING), names(copy)
    for name in ("ext", "cameraTool", "fld", "pPr"):
        old.remove(name)
    new.remove("r")
    assert sorted(new) == sorted(old)


@pytest.mark.parametrize(
    ("cells", "kept"),
    [("$B$1:$B$9", True), ("'P & L'!$B$1:$B$9", True), ("[1]Sheet1!$B$1:$B$9", False), ("OFFSET(A1,0,0,5)", False)],
)
def test_controls(cells, kept):
    """The list of a drop-down shows its entries, which are values, where they stand in the workbook."""
    escaped = cells.replace("&", "&amp;")
    (found,) = attributes(b"<x>" + shapes.control(CONTROL.format(escaped).encode()) + b"</x>", "formControlPr")
    looks = {"objectType": "Drop", "noThreeD": "1", "sel": "2", "val": "0"}
    assert found == looks | ({"fmlaRange": cells} if kept else {})
    copy = shapes.legacy_drawing(VML.format(escaped).encode()).decode()
    assert (f"<x:FmlaRange>{escaped}</x:FmlaRange>" in copy) == kept == ("Fmla" in copy)
    assert "Camera" not in copy and "Go" not in copy
    for text in ("<x:Anchor>1, 2, 3</x:Anchor>", "<x:Val>2</x:Val>", "not<br>whole", "</x:ClientData></v:shape></xml>"):
        assert text in copy


def test_controls_on_a_sheet():
    copy = shapes.controls(SHEET.encode())
    assert attributes(copy, "controlPr") == [{"defaultSize": "0", "print": "0"}, {"defaultSize": "0"}]
    assert names(copy) == names(SHEET)


def test_pictures_survive():
    """A picture of cells keeps what was last seen of them, any other picture its bytes."""
    copy = shapes.CHANGES["drawing"](DRAWING.encode())
    assert [e.get(EMBEDDED) for e in ElementTree.fromstring(copy).iter() if e.tag.endswith("}blip")] == ["rId1"]
    plain = DRAWING[DRAWING.index("<xdr:blipFill>") : DRAWING.index("</xdr:pic>")]
    assert plain in copy.decode()
    picture = f"<xdr:wsDr {SPACES}><xdr:pic><xdr:nvPicPr/>{plain}</xdr:pic></xdr:wsDr>".encode()
    for kind in ("drawing", "chartUserShapes", "worksheet", "ctrlProp", "vmlDrawing"):
        assert shapes.CHANGES[kind](picture) == picture
