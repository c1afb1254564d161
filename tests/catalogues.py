"""Made-up catalogues of providers, in the formats that are public."""

import datetime as dt

from places import DATA
from xlcost.prices.market import EDITION

FOLDER = DATA / "catalogues"
AWS, GCP = FOLDER / "skypilot/aws/vms.csv", FOLDER / "skypilot/gcp/vms.csv"
DAY = EDITION + dt.timedelta(days=19)
CATALOGUE = "instance_name,location,price,cpu,memory,gpu_count,gpu_name,gpu_memory,spot\n"
