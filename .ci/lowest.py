"""Print the lowest versions that setup.cfg allows, of the package's requirements and of all extras, for pip."""

import configparser
import pathlib
import re

config = configparser.ConfigParser()
config.read(pathlib.Path(__file__).parent.parent / "setup.cfg")
sections = (config["options"]["install_requires"], *config["options.extras_require"].values())
for line in "\n".join(sections).splitlines():
    # A constraint names no extras of the requirement; its marker, if any, stays.
    found = re.match(r"([\w.-]+)(?:\[.*?\])?>=([\w.]+)(.*)", line)
    if found:
        name, version, rest = found.groups()
        print(f"{name}=={version}{rest}")
