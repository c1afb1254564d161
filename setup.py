"""The packages that the wheel holds: every folder of xlcost, and the two folders of workbooks beside it."""

from setuptools import find_packages, setup

BESIDE = {"xlcost.templates": "templates", "xlcost.workbooks": "workbooks"}

setup(packages=[*find_packages(include=["xlcost", "xlcost.*"]), *BESIDE], package_dir=BESIDE)
