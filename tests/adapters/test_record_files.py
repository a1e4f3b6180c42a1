"""A record that leaves the house as a folder."""

from pathlib import Path

from adapters.record_files import write_record


def test_a_folder_is_its_owners_alone(tmp_path: Path) -> None:
    """Personal data: nobody else may enter it, whatever the umask; the manifest names codes and is a file of it."""
    folder = tmp_path / "record"
    write_record(folder, [("results/one.json", b"{}")])
    assert 0o700 == folder.stat().st_mode & 0o777
    assert {0o600} == {one.stat().st_mode & 0o777 for one in folder.rglob("*") if one.is_file()}
