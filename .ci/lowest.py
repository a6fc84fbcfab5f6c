"""Print the lowest versions that setup.cfg allows, as pip's constraints."""

import configparser
import pathlib

config = configparser.ConfigParser()
config.read(pathlib.Path(__file__).parent.parent / "setup.cfg")
extras = config["options.extras_require"]
sections = (config["options"]["install_requires"], extras["sandbox"], extras["ses"])
for requirement in "\n".join(sections).split():
    print(requirement.replace(">=", "=="))
