"""Excel, Windows and Python as our VBA module meets them, in the Basic of LibreOffice; our module is as it is.

`PRETEND(what; value)` in a cell changes the scene, `SCENE(what)` tells about it: "starts" how often Python was started,
"safe" what PYTHONSAFEPATH held then and holds now, "bar" the status bar, "asked" the last call that reached Python.
"""

import re

CLASS = "Option VBASupport 1\nOption ClassModule\nOption Compatible\n"
PRETENDED = """Option VBASupport 1
Public Application As New FakeApplication
Public starts As Long, fails As Long, ends As Long, conf As Long, toolbar As Long, dialog As Long, row As Long
Public path As String, safe As String, started As String, asked As String

Function PRETEND(what, content)
    PRETEND = what
    If toolbar = 0 And what <> "toolbar" Then toolbar = 1
    If path = "" Then path = "{path}"
    Select Case what
        Case "start fails": fails = content
        Case "process ends": ends = content
        Case "conf sheet": conf = content
        Case "toolbar": toolbar = 1 + content
        Case "dialog": dialog = content
        Case "row": row = content
        Case "path": path = content
    End Select
End Function

Function SCENE(what)
    Select Case what
        Case "starts": SCENE = starts
        Case "safe": SCENE = started & "/" & safe
        Case "bar": SCENE = CStr(Application.StatusBar)
        Case "asked": SCENE = asked
    End Select
End Function

Function SENTENCE(number)
    Dim cell As New FakeCell
    cell.Row = number
    SENTENCE = XLCOST_STATUS(cell)
End Function

Function FindWindow(class, caption)
    If class = "bosa_sdm_XL9" Then FindWindow = dialog
End Function

Function SetEnvironmentVariable(variable, content)
    If variable = "PYTHONSAFEPATH" Then safe = content
End Function
"""
PYTHON = (
    CLASS
    + """
Public Function CallUDF(script, fname, args, this_workbook, caller)
    Dim key As String, k As Long, block() As Variant
    If ends > 0 Then
        ends = ends - 1
        Err.Raise 462, , "The remote server machine does not exist or is unavailable"
    End If
    key = fname
    For k = LBound(args) To UBound(args)
        If IsMissing(args(k)) Then
            key = key & "|missing"
        ElseIf IsObject(args(k)) Then
            key = key & "|cells"
        Else
            key = key & "|" & args(k)
        End If
    Next k
    asked = script & ":" & key
    Select Case key
{answers}
    End Select
End Function
"""
)
CLASSES = {
    "xlwings": """
Public Function XLPy()
    starts = starts + 1
    started = safe
    If fails > 0 Then Err.Raise 1000, , "Could not load it" & vbCrLf & ", from either folder"
    Set XLPy = New FakePython
End Function
Public Function GetConfig(configKey As String, Optional default As String = "", Optional source As String = "")
    If configKey = "INTERPRETER_WIN" Then GetConfig = path
End Function
Public Function SheetExists(wb, sheetName As String) As Boolean
    SheetExists = sheetName = "xlcost.conf" And conf > 0
End Function
Public Function FileExists(FileSpec As String) As Boolean
    FileExists = Dir(FileSpec) <> ""
End Function
""",
    "FakeApplication": """
Public StatusBar As Variant
Public Function Caller()
    Dim cell As New FakeCell
    cell.Row = row
    Set Caller = cell
End Function
Public Function CommandBars(name)
    Set CommandBars = New FakeToolbar
End Function
""",
    "FakeToolbar": """
Public Function Controls(number)
    Set Controls = Me
End Function
Public Function Enabled()
    Enabled = toolbar = 1
End Function
""",
    "FakeCell": """
Public Row As Long
Public Function Column()
    Column = 1
End Function
Public Function Name()
    Name = "Sheet1"
End Function
Public Function Worksheet()
    Set Worksheet = Me
End Function
Public Function Parent()
    Set Parent = Me
End Function
Public Function Cells(i, k)
    Set Cells = Me
End Function
Public Function Value()
    Value = CVErr(2042)
End Function
""",
}
HOLDS = {"VBA7": True, "Win64": True, "Mac": False, "Not Mac": True}  # in Excel on Windows
HOLDS |= {f'App = "Microsoft {name}"': name == "Excel" for name in ("Excel", "Word", "Access", "PowerPoint")}


def compiled(text):
    """The module after conditional compilation on Windows; what it declares of Windows is in the stub."""
    lines, kept = [], []  # kept: whether each #If around a line is true here, and whether it has been
    for line in re.sub("(?m)^( *Private Declare|#Const) .*\n", "", text).split("\n"):
        word = line.strip()
        if word.startswith("#If "):
            kept.append([HOLDS[word.removeprefix("#If ").partition(" Then")[0]]] * 2)
        elif word.startswith("#ElseIf "):
            now = HOLDS[word.removeprefix("#ElseIf ").partition(" Then")[0]] and not kept[-1][1]
            kept[-1] = [now, kept[-1][1] or now]
        elif word == "#Else":
            kept[-1][0] = not kept[-1][1]
        elif word == "#End If":
            kept.pop()
        elif all(now for now, _ in kept):
            lines.append(line)
    assert not kept
    return "\n".join(lines)


class Raises(str):
    """An exception of Python with this text."""


def literal(value):
    """A value as Basic writes it."""
    return '"' + value.replace('"', '""') + '"' if isinstance(value, str) else repr(value)


def case(key, answer):
    """What Python gives for these arguments, as pywin32 hands it over: a value, a row, or rows."""
    lines = [f"        Case {literal(key)}"]
    if isinstance(answer, Raises):
        text = " & vbCrLf & ".join(literal(line) for line in answer.split("\n"))
        return "\n".join([*lines, f"            Err.Raise 1000, , {text}"])
    if not isinstance(answer, (list, tuple)):
        return "\n".join([*lines, f"            CallUDF = {literal(answer)}"])
    if isinstance(answer[0], (list, tuple)):
        cells = [(f"{i}, {k}", v) for i, row in enumerate(answer) for k, v in enumerate(row)]
        lines += [f"            ReDim block(0 To {len(answer) - 1}, 0 To {len(answer[0]) - 1})"]
    else:
        cells = [(str(k), v) for k, v in enumerate(answer)]
        lines += [f"            ReDim block(0 To {len(answer) - 1})"]
    lines += [f"            block({place}) = {literal(value)}" for place, value in cells]
    return "\n".join([*lines, "            CallUDF = block"])


def modules(path, answers):
    """The modules that stand for xlwings, Excel, Windows and Python; `answers` by NAME|argument|argument."""
    cases = "\n".join(case(key, answer) for key, answer in answers.items())
    texts = {name: CLASS + text for name, text in CLASSES.items()} | {"Dictionary": CLASS}
    return texts | {"Pretended": PRETENDED.replace("{path}", path), "FakePython": PYTHON.replace("{answers}", cases)}
