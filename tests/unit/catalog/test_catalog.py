import subprocess
import sys
from pathlib import Path

from trustwright.catalog import Catalog, load_catalog


def test_it_is_loaded_once() -> None:
    assert load_catalog() is load_catalog()
    assert load_catalog().controls is load_catalog().controls


def test_a_part_is_read_when_it_is_asked_for(root: Path, tmp_path: Path) -> None:
    (tmp_path / "criteria.yaml").write_bytes((root / "src/trustwright/catalog/criteria.yaml").read_bytes())
    assert len(Catalog(tmp_path).criteria) == 61


def test_what_a_review_needs_is_there_at_once() -> None:
    # Processor time, the least of several: what the catalog needs, not what else the machine was doing. The limit is
    # several times what it takes (0.02 s), so that only another order of work is an alarm.
    program = (
        "import time\n"
        "from trustwright.catalog import load_catalog\n"
        "began = time.process_time()\n"
        "catalog = load_catalog()\n"
        "assert len(catalog.criteria) + len(catalog.controls) == 154\n"
        "print(time.process_time() - began)\n"
    )
    times = [
        float(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout)
        for _ in range(3)
    ]
    assert min(times) < 0.06
