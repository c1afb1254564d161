'What the add-in asks of Windows. A class: a formula could call what is declared in a module.
Option Explicit

#If Not Mac Then
    Private Declare PtrSafe Function FindWindow Lib "user32" Alias "FindWindowA" (ByVal lpClassName As String, ByVal lpWindowName As String) As LongPtr
    Private Declare PtrSafe Function SetEnvironmentVariable Lib "kernel32" Alias "SetEnvironmentVariableA" (ByVal lpName As String, ByVal lpValue As String) As Long
#End If

Public Sub SetVariable(ByVal variable As String, ByVal content As String)
    'For programs that are started from now on.
    #If Not Mac Then
        SetEnvironmentVariable variable, content
    #End If
End Sub

Public Function HasWizard() As Boolean
    'Whether a dialog of Excel has a window, as the function wizard has.
    #If Not Mac Then
        HasWizard = FindWindow("bosa_sdm_XL9", vbNullString) <> 0
    #End If
End Function
