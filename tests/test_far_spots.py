"""A position in the sea or in another force's area is published, and doubted aloud."""

import pandas as pd
import pytest

from flows.command import main

HEAD = "deployment_id,column,value_from,value_to,reason,evidence\n"
ID = "met-2023-05-06-1"


def run(folder, lon, lat):
    (folder / "record.csv").write_text("Date,Location,Duration\n06/05/23,Camden,5h\n")
    pins = [f"{ID},{name},,{value},r,e\n" for name, value in (("lon", lon), ("lat", lat))]
    (folder / "corrections.csv").write_text(HEAD + "".join(pins))
    options = ["--direct", "--force", "met", "--project", folder, "--out", folder / "site"]
    code = main(["run", *map(str, [folder / "record.csv", *options])])
    deployments = pd.read_csv(folder / "site" / "data" / "deployments.csv")
    return code, str(deployments["flags"].iloc[0])


@pytest.mark.parametrize(
    ("lon", "lat"), [(-8, 49.5), (2.35, 48.85), (-3.2, 55.95), (0.2, 51.75)]
)
def test_a_spot_outside_the_forces_area_is_flagged(lon, lat, tmp_path):
    code, flags = run(tmp_path, lon, lat)
    assert code == 0
    assert "spot-outside" in flags


@pytest.mark.parametrize(("lon", "lat"), [(-0.14, 51.54), (0.02, 51.39)])
def test_a_spot_inside_is_not(lon, lat, tmp_path):
    code, flags = run(tmp_path, lon, lat)
    assert code == 0
    assert "spot-outside" not in flags
