import copy
import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rules.draw import CHAIN_LINKS, canonical_directory, canonical_json, commitment, link, sha256_hex
from rules.draw_record import Kind, build_record
from rules.quota import Quota
from tests.docs.records import ENTRIES, TASK, act, four_acts

VERIFIER = Path(__file__).parents[2] / "docs" / "verify-draw.py"
Record = dict[str, Any]


@pytest.fixture(scope="module")
def record() -> Record:
    """The exported record, read back."""
    document: Record = json.loads(canonical_json(build_record(TASK, four_acts())))
    return document


def verify(folder: Path, record: Record, *snapshots: bytes) -> tuple[int, str]:
    """Exit code and output of the stand-alone program, run away from the project."""
    files = [folder / "record.json"]
    files[0].write_bytes(json.dumps(record).encode())
    for number, snapshot in enumerate(
        snapshots or (canonical_directory(ENTRIES), canonical_directory(ENTRIES[:90]))
    ):
        files.append(folder / f"directory-{number}")
        files[-1].write_bytes(snapshot)
    run = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", str(VERIFIER), *map(str, files)],
        capture_output=True, check=False, cwd=folder,
    )  # fmt: skip
    assert b"" == run.stderr
    return run.returncode, run.stdout.decode()


def failures(output: str) -> list[tuple[int, str]]:
    """Every failure printed, as act number and name."""
    lines = [line.split() for line in output.splitlines()]
    return [(int(line[2]), line[4].rstrip(":")) for line in lines if line[0] == "不符"]


def rehashed(act: Record) -> None:
    """Hide a change of the plan behind a new hash."""
    act["plan_hash"] = sha256_hex(canonical_json(act["plan"]))


def test_untouched_record_holds(tmp_path: Path, record: Record) -> None:
    """All four kinds of acts, two directories, plain and compressed, verify."""
    assert (0, "相符 4 次抽取全部核验一致。\n") == verify(tmp_path, record)
    compressed = [gzip.compress(canonical_directory(entries)) for entries in (ENTRIES, ENTRIES[:90])]
    assert 0 == verify(tmp_path, record, *compressed)[0]


def swap_drawn(acts: list[Record]) -> None:
    """Exchange the first two places."""
    drawn = acts[0]["drawn"]
    drawn[0], drawn[1] = drawn[1] | {"rank": 1}, drawn[0] | {"rank": 2}


def slip_in_a_friend(acts: list[Record]) -> None:
    """Put an undrawn subject in the list."""
    drawn = {each["code"] for each in acts[0]["drawn"]}
    acts[0]["drawn"][3]["code"] = next(code for code, _ in ENTRIES if code not in drawn)


def change_ratio(acts: list[Record]) -> None:
    """Another ratio, the hash left as it was."""
    acts[0]["plan"]["quota"]["strata"][1]["percent"] = "50"


def change_size(acts: list[Record]) -> None:
    """One subject more, the plan hashed anew."""
    acts[3]["plan"]["quota"] |= {"top_up": 2, "total": 4}
    rehashed(acts[3])


def change_replaced(acts: list[Record]) -> None:
    """Replace a subject that was not drawn."""
    undrawn = next(code for code, _ in ENTRIES if code not in {each["code"] for each in acts[0]["drawn"]})
    acts[1]["replaces"] = acts[1]["plan"]["replaces"] = [undrawn]
    rehashed(acts[1])


def replace_twice(acts: list[Record]) -> None:
    """Replace what was replaced before."""
    acts[2] |= {"kind": "replacement", "replaces": acts[1]["replaces"]}
    acts[2]["plan"] |= {"kind": "replacement", "replaces": acts[1]["replaces"]}
    rehashed(acts[2])


def hide_who_is_replaced(acts: list[Record]) -> None:
    """Take the replaced subject from the act, not from its plan."""
    acts[1]["replaces"] = []


def change_chain(acts: list[Record]) -> None:
    """A new secret in mid-chain, properly opened."""
    other = bytes(32)
    acts[2]["commitments"][0]["commitment"] = commitment(other)
    department = acts[2]["commitments"][0]["department"]
    opened = next(each for each in acts[2]["links"] if each["department"] == department)
    opened["link"] = link(other, 3)


def copy_a_chain(acts: list[Record]) -> None:
    """One department under another's commitment."""
    acts[0]["commitments"][1]["commitment"] = acts[0]["commitments"][0]["commitment"]


def leave_out_by_fact(acts: list[Record]) -> None:
    """Leave a subject out of a fresh directory."""
    acts[0]["plan"]["out_of_force"] = [{"code": acts[0]["drawn"][0]["code"], "fact": "注销"}]
    rehashed(acts[0])


@pytest.mark.parametrize(
    ("act", "expected", "tamper"),
    [
        (1, {"link", "seed"}, lambda acts: acts[0]["links"][0].update(link="0" * 64)),
        (1, {"seed", "order"}, lambda acts: acts[0].update(seed="0" * 64)),
        (1, {"plan"}, lambda acts: acts[0]["plan"].update(scope="一家企业")),
        (1, {"plan", "ratio"}, change_ratio),
        (4, {"ratio", "seed", "order"}, change_size),
        (1, {"order"}, swap_drawn),
        (1, {"order"}, slip_in_a_friend),
        (2, {"replacement", "seed"}, change_replaced),
        (3, {"replacement", "seed"}, replace_twice),
        (2, {"plan", "replacement"}, hide_who_is_replaced),
        (3, {"commitment", "seed"}, change_chain),
        (1, {"commitment", "link"}, copy_a_chain),
        (2, {"commitment"}, lambda acts: acts[1]["missing"].clear()),
        (2, {"seed", "public"}, lambda acts: acts[1].update(public_value="另一个号码")),
        (2, {"seed"}, lambda acts: acts[1].update(public_value="双色球 2024035 期 010204")),
        (1, {"seed", "public"}, lambda acts: acts[0].update(public_value="双色球 010204")),
        (1, {"root"}, lambda acts: acts[0].update(root="0" * 64)),
        (3, {"void"}, lambda acts: acts[2].update(void=True)),
        (3, {"snapshot", "seed"}, lambda acts: acts[2].update(snapshot_hash="0" * 64)),
        (1, {"snapshot", "seed", "ratio", "order"}, leave_out_by_fact),
    ],
)  # fmt: skip
def test_each_alteration_is_named(
    tmp_path: Path, record: Record, act: int, expected: set[str], tamper: Callable[[list[Record]], None]
) -> None:
    """An altered link, seed, plan, ratio, size, order, replacement, chain or fact fails by its name.

    Later acts may fail with it, for they depend on it; earlier ones do not.
    """
    altered = copy.deepcopy(record)
    tamper(altered["acts"])
    code, output = verify(tmp_path, altered)
    found = failures(output)
    assert (1, act) == (code, min(number for number, _ in found))
    assert expected == {name for number, name in found if number == act}


def test_altered_snapshot_is_named(tmp_path: Path, record: Record) -> None:
    """One class changed in the file, or a file that is missing, fails every act that used it."""
    altered = canonical_directory([(ENTRIES[0][0], "D"), *ENTRIES[1:]])
    code, output = verify(tmp_path, record, altered, canonical_directory(ENTRIES[:90]))
    assert (1, [(1, "snapshot"), (2, "snapshot"), (3, "snapshot")]) == (code, failures(output))
    code, output = verify(tmp_path, record, canonical_directory(ENTRIES))
    assert (1, [(4, "snapshot")]) == (code, failures(output))


def test_directory_that_is_not_canonical_is_named(tmp_path: Path, record: Record) -> None:
    """Unsorted lines fail even where the hash in the record is theirs."""
    unsorted = b"".join(sorted(canonical_directory(ENTRIES[:90]).splitlines(keepends=True), reverse=True))
    altered = copy.deepcopy(record)
    altered["acts"][3]["snapshot_hash"] = sha256_hex(unsorted)
    code, output = verify(tmp_path, altered, canonical_directory(ENTRIES), unsorted)
    assert (1, [(4, "seed"), (4, "snapshot")]) == (code, failures(output))


def test_deleted_act_is_named(tmp_path: Path, record: Record) -> None:
    """Acts are numbered without a gap."""
    altered = copy.deepcopy(record)
    del altered["acts"][1]
    code, output = verify(tmp_path, altered)
    assert (1, True) == (code, (3, "record") in failures(output))


def test_record_of_another_shape_is_refused(tmp_path: Path, record: Record) -> None:
    """A missing key is a failure with words, not a traceback."""
    altered = copy.deepcopy(record)
    del altered["acts"][0]["plan"]["quota"]
    code, output = verify(tmp_path, altered)
    assert (1, True) == (code, "record" in output)


def test_chain_renewed_after_its_last_link_holds(tmp_path: Path) -> None:
    """Act 65 opens link 1 of new commitments."""
    acts = [act([], Kind.FIRST, ENTRIES, lambda n: Quota.plain(n, "5"))]
    for _ in range(CHAIN_LINKS):
        acts.append(act(acts, Kind.ADDED, ENTRIES, lambda n: Quota.ordered(n, [("全部", tuple("ABCD-"), 1)])))
    assert (65, 65) == (acts[-1].act, acts[-1].commitments[0].since)
    renewed = json.loads(canonical_json(build_record(TASK, acts)))
    assert (0, "相符 65 次抽取全部核验一致。\n") == verify(tmp_path, renewed, canonical_directory(ENTRIES))
