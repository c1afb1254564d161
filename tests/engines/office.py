"""Run by the Python that LibreOffice brings: one LibreOffice, kept open, and what is asked of it.

    python office.py SOFFICE [FOLDER OF UNPACKED EXTENSIONS]

A line of stdin is a list of a command and its arguments; the answer is a line of JSON.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

import calc_addin
import documents
import uno
import vba

COMMANDS = {
    command.__name__: command
    for command in (
        documents.recalculated,
        documents.saved,
        calc_addin.typed_in,
        calc_addin.entered_again,
        calc_addin.described,
        calc_addin.about,
        calc_addin.timed,
        vba.shown,
    )
}


def connect(pipe):
    context = uno.getComponentContext()
    resolver = context.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", context)
    for _ in range(600):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:
            time.sleep(0.1)
    raise SystemExit("LibreOffice did not answer")


def serve(program, extensions=None):
    """An answer for each line of stdin; LibreOffice has a new profile, and these extensions only."""
    with tempfile.TemporaryDirectory() as profile:
        pipe = f"xlcost{os.getpid()}"
        settings = [f"-env:UserInstallation=file://{profile}", f"--accept=pipe,name={pipe};urp;"]
        if extensions:
            settings.append(f"-env:BUNDLED_EXTENSIONS=file://{extensions}")
            settings.append(f"-env:BUNDLED_EXTENSIONS_USER=file://{profile}/bundled")
        office = subprocess.Popen(
            [program, "--headless", "--norestore", "--nologo", *settings],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            context = connect(pipe)
            for line in sys.stdin:
                command, *arguments = json.loads(line)
                print(json.dumps(COMMANDS[command](context, *arguments)), flush=True)
        finally:
            office.terminate()
            office.wait(20)


if __name__ == "__main__":
    serve(*sys.argv[1:])
