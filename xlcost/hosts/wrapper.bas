Attribute VB_Name = "xlcost"
'Each function hands its cells to Python through xlwings. A failure comes back as text with a mark and becomes an
'error value; =XLCOST_STATUS(cell) tells the sentence behind it, =XLCOST_STATUS() whether Python answers.
Option Explicit

Private Const VERSION As String = "0.0.0"
Private Const UDF_MODULE As String = "xlcost.addin.udfs"
Private Const SETTINGS As String = "xlcost.conf"
Private Const MARK As String = "#xlcost "
Private Const MOST_SENTENCES As Long = 10000
Private Const SECONDS_TO_NEXT_TRY As Long = 30

Private starter As New xlwings 'a class, as is the next: a formula could call what stands in a module
Private computer As New XlcostWindows
Private server As Object 'the Python process, once it has answered
Private problem As String 'why Python gave no answer
Private tried As Date
Private sentences As Object 'behind error values, by the place of their cell

Private Function XlcostCall(ByVal udf As String, ByVal given As Variant) As Variant
    'What Python answers; the second try is for a process that has ended since the last call.
    Dim known As Boolean
    If XlcostInWizard() Then
        XlcostCall = CVErr(xlErrNA)
        Exit Function
    End If
    known = Not server Is Nothing
    On Error GoTo failed
again:
    XlcostCall = XlcostShown(XlcostServer().CallUDF(UDF_MODULE, udf, (given), ActiveWorkbook, Application.Caller))
    If problem <> "" Then XlcostTell ""
    Exit Function
failed:
    If known Then
        known = False
        Set server = Nothing
        Resume again
    End If
    XlcostTell XlcostReason(Err.Description)
    XlcostCall = XlcostFailure(MARK & "#N/A Python gave no answer: " & problem, 0, 0)
End Function

Private Function XlcostServer() As Object
    'Python, started once for all workbooks; after a failure the next try waits, so that many cells do not wait long.
    Dim before As String, number As Long, reason As String
    If server Is Nothing Then
        If problem <> "" And Now < tried + TimeSerial(0, 0, SECONDS_TO_NEXT_TRY) Then Err.Raise 1000, , problem
        tried = Now
        XlcostCheck
        #If Not Mac Then
            before = Environ("PYTHONSAFEPATH")
            computer.SetVariable "PYTHONSAFEPATH", "1" 'no code from the folder that Excel happens to stand in
            On Error Resume Next
            Set server = starter.XLPy()
            number = Err.Number
            reason = Err.Description
            On Error GoTo 0
            computer.SetVariable "PYTHONSAFEPATH", before
            If number <> 0 Then Err.Raise 1000, , reason
        #End If
    End If
    Set XlcostServer = server
End Function

Private Sub XlcostCheck()
    'What would keep Excel waiting for minutes, or let a workbook choose the program that runs.
    #If Mac Then
        Err.Raise 1000, , "these functions need Excel on Windows; on a Mac use named LAMBDAs or xlwings Lite"
    #Else
        If starter.SheetExists(ActiveWorkbook, SETTINGS) Then
            Err.Raise 1000, , "the workbook has a sheet " & SETTINGS & ", which could name any program to run; rename it"
        End If
        If Not starter.FileExists(starter.GetConfig("INTERPRETER_WIN")) Then
            Err.Raise 1000, , "there is no Python at " & starter.GetConfig("INTERPRETER_WIN") & "; run: xlcost addin install"
        End If
    #End If
End Sub

Private Sub XlcostTell(ByVal reason As String)
    'Why Python gave no answer, in the status bar; nothing when it answers again.
    On Error Resume Next
    If reason = "" Then
        problem = ""
        Application.StatusBar = False
    Else
        problem = reason
        Application.StatusBar = "xlcost: Python gave no answer: " & reason
    End If
End Sub

Private Function XlcostReason(ByVal text As String) As String
    'Of a traceback the last line, of any other text its lines as one.
    Dim lines() As String, k As Long
    lines = Split(Replace(text, vbCr, ""), vbLf)
    For k = 0 To UBound(lines)
        If Trim$(lines(k)) <> "" Then
            If InStr(text, "Traceback") > 0 Then XlcostReason = ""
            XlcostReason = Trim$(XlcostReason & " " & Trim$(lines(k)))
        End If
    Next k
    XlcostReason = Left$(XlcostReason, 255)
    If XlcostReason = "" Then XlcostReason = "no reason is given; run: xlcost doctor"
End Function

Private Function XlcostShown(ByVal answer As Variant) As Variant
    'The answer with error values for what is marked as failed: one value, a row, or rows.
    Dim i As Long, k As Long
    If Not IsArray(answer) Then
        If VarType(answer) = vbString Then answer = XlcostFailure(answer, 0, 0)
    ElseIf XlcostIsRow(answer) Then
        For k = LBound(answer) To UBound(answer)
            If VarType(answer(k)) = vbString Then answer(k) = XlcostFailure(answer(k), 0, k - LBound(answer))
        Next k
    Else
        For i = LBound(answer, 1) To UBound(answer, 1)
            For k = LBound(answer, 2) To UBound(answer, 2)
                If VarType(answer(i, k)) = vbString Then answer(i, k) = XlcostFailure(answer(i, k), i - LBound(answer, 1), k - LBound(answer, 2))
            Next k
        Next i
    End If
    XlcostShown = answer
End Function

Private Function XlcostIsRow(ByRef answer As Variant) As Boolean
    Dim last As Long
    On Error Resume Next
    last = UBound(answer, 2)
    XlcostIsRow = Err.Number <> 0
End Function

Private Function XlcostFailure(ByVal text As String, ByVal down As Long, ByVal across As Long) As Variant
    'The error value of a marked text, whose sentence is kept; any other text as it is.
    Dim code As String
    If Left$(text, Len(MARK)) <> MARK Then
        XlcostFailure = text
        Exit Function
    End If
    text = Mid$(text, Len(MARK) + 1)
    code = Left$(text, InStr(text & " ", " ") - 1)
    XlcostKeep code & " " & Mid$(text, Len(code) + 2), down, across
    Select Case code
        Case "#NULL!": XlcostFailure = CVErr(xlErrNull)
        Case "#DIV/0!": XlcostFailure = CVErr(xlErrDiv0)
        Case "#REF!": XlcostFailure = CVErr(xlErrRef)
        Case "#NAME?": XlcostFailure = CVErr(xlErrName)
        Case "#NUM!": XlcostFailure = CVErr(xlErrNum)
        Case "#N/A": XlcostFailure = CVErr(xlErrNA)
        Case Else: XlcostFailure = CVErr(xlErrValue)
    End Select
End Function

Private Sub XlcostKeep(ByVal sentence As String, ByVal down As Long, ByVal across As Long)
    'The sentence, by the place of the cell that shows the error value.
    Dim place As String
    If down + across >= MOST_SENTENCES / 10 Then Exit Sub 'of a long range the first ones
    If sentences Is Nothing Then Set sentences = New Collection
    If sentences.Count >= MOST_SENTENCES Then Set sentences = New Collection
    On Error Resume Next
    place = XlcostPlace(Application.Caller, down, across)
    If Err.Number = 0 Then
        sentences.Remove place
        sentences.Add sentence, place
    End If
End Sub

Private Function XlcostPlace(ByVal cell As Variant, ByVal down As Long, ByVal across As Long) As String
    XlcostPlace = cell.Worksheet.Parent.Name & "/" & cell.Worksheet.Name & "/" & (cell.Row + down) & "/" & (cell.Column + across)
End Function

Private Function XlcostInWizard() As Boolean
    'Excel switches the toolbar off while the wizard is open, but also while a workbook opens: only then is it the wizard.
    #If Not Mac Then
        On Error Resume Next
        If Not Application.CommandBars("Standard").Controls(1).Enabled Then XlcostInWizard = computer.HasWizard()
    #End If
End Function

Function XLCOST_STATUS(Optional cell)
    Dim found As String, answer As Variant
    If Not IsMissing(cell) Then
        XLCOST_STATUS = "this cell shows no error value"
        If Not IsError(cell.Cells(1, 1).Value) Then Exit Function
        On Error Resume Next
        found = "no sentence is kept for this cell; recalculate it with Ctrl+Alt+F9"
        found = sentences.Item(XlcostPlace(cell, 0, 0))
        XLCOST_STATUS = found
        Exit Function
    End If
    tried = 0 'at once
    answer = XlcostCall("XLCOST_VERSION", Array())
    If IsError(answer) Then
        XLCOST_STATUS = "xlcost " & VERSION & ": Python gave no answer: " & problem
    ElseIf answer <> VERSION Then
        XLCOST_STATUS = "the add-in is of xlcost " & VERSION & ", Python has " & answer & ": close Excel, run: xlcost addin install"
    Else
        XLCOST_STATUS = "xlcost " & VERSION & ", computed by " & starter.GetConfig("INTERPRETER_WIN")
    End If
End Function

Sub Auto_Open()
    'The help of the function wizard stands in the file; where Excel lets the add-in, it is told again.
    On Error Resume Next
    XlcostDescribe
    ThisWorkbook.Saved = True
End Sub

Sub XLCOST_DESCRIBE()
    'By hand, if the wizard shows no help: Excel takes it from a workbook that is not hidden.
    Application.ScreenUpdating = False
    ThisWorkbook.IsAddin = False
    Auto_Open
    ThisWorkbook.IsAddin = True
    ThisWorkbook.Saved = True
    Application.ScreenUpdating = True
End Sub

Private Sub XlcostOption(ByVal udf As String, ByVal category As String, ByVal description As String, ByVal help As Variant)
    If UBound(help) < 0 Then
        Application.MacroOptions Macro:="'" & ThisWorkbook.Name & "'!" & udf, Description:=description, Category:=category
    Else
        Application.MacroOptions Macro:="'" & ThisWorkbook.Name & "'!" & udf, Description:=description, Category:=category, ArgumentDescriptions:=help
    End If
End Sub
