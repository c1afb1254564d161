"""The packages that the wheel holds: every folder of xlcost, and the two folders of workbooks beside it."""

from setuptools import find_namespace_packages, setup

BESIDE = {"xlcost.templates": "templates", "xlcost.workbooks": "workbooks"}
FOUND = find_namespace_packages(include=["xlcost", "xlcost.*"], exclude=["*.__pycache__"])  # addin.calc has no __init__

setup(packages=[*FOUND, *BESIDE], package_dir=BESIDE)
