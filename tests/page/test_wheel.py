from __future__ import annotations

from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[2]


def test_templates_and_assets_are_in_the_wheel() -> None:
    packed = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    folder = ROOT / "src" / "mlsurvey" / "page"
    wanted = {
        file.relative_to(ROOT / "src").as_posix() for file in folder.rglob("*") if file.suffix not in ("", ".pyc")
    }
    assert {Path(name).suffix for name in wanted} >= {".html", ".css", ".js", ".svg", ".woff2", ".txt"}
    assert wanted <= packed
