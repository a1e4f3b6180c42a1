import copy
import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rules.digests import canonical_json, sha256_hex
from rules.draw_commitments import CHAIN_LINKS, commitment, link
from rules.draw_directory import canonical_directory
from rules.draw_record import Kind, build_record
from rules.quota import Quota
from tests.docs.records import ENTRIES, TASK, VERIFIER, Record, act, added, four_acts, refused_act, verify


@pytest.fixture(scope="module")
def record() -> Record:
    """The exported record, read back."""
    document: Record = json.loads(canonical_json(build_record(TASK, four_acts())))
    return document


def failures(output: str) -> list[tuple[int, str]]:
    """Every failure printed, as act number and name."""
    lines = [line.split() for line in output.splitlines()]
    return [(int(line[2]), line[4].rstrip(":")) for line in lines if line[0] == "不符"]


def rehashed(act: Record) -> None:
    """Hide a change of the plan behind a new hash."""
    act["plan_hash"] = sha256_hex(canonical_json(act["plan"]))


def test_untouched_record_holds(tmp_path: Path, record: Record) -> None:
    """All four kinds of acts, two directories, plain and compressed, verify."""
    code, output = verify(tmp_path, record)
    assert (0, "相符 4 次抽取全部核验一致。") == (code, output.splitlines()[0])
    assert [act["plan_hash"] for act in record["acts"]] == [
        line.split()[4] for line in output.splitlines()[1:]
    ]
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
    """Replace a subject that was not drawn, and hash that anew."""
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
    chains = acts[2]["plan"]["commitments"]
    chains[0]["commitment"] = commitment(other)
    acts[2]["commitments"], department = chains, chains[0]["department"]
    rehashed(acts[2])
    opened = next(each for each in acts[2]["links"] if each["department"] == department)
    opened["link"] = link(other, 3)


def copy_a_chain(acts: list[Record]) -> None:
    """One department under another's commitment."""
    chains = acts[0]["plan"]["commitments"]
    chains[1]["commitment"] = chains[0]["commitment"]
    acts[0]["commitments"] = chains
    rehashed(acts[0])


def leave_out_by_fact(acts: list[Record]) -> None:
    """Leave a subject out of a fresh directory."""
    acts[0]["plan"]["out_of_force"] = [{"code": acts[0]["drawn"][0]["code"], "fact": "注销"}]
    rehashed(acts[0])


def approve_oneself(acts: list[Record]) -> None:
    """The requester approves too."""
    acts[0]["plan"]["approved"]["actor"] = acts[0]["plan"]["requested"]["actor"]
    rehashed(acts[0])


def redraw_without_the_office(acts: list[Record]) -> None:
    """The initiator's own approver lets it draw anew."""
    acts[3]["plan"]["approved"] = acts[0]["plan"]["approved"]
    rehashed(acts[3])


def replace_without_evidence(acts: list[Record]) -> None:
    """A reason alone."""
    acts[1]["plan"]["evidence"] = ""
    rehashed(acts[1])


def replace_from_another_class(acts: list[Record]) -> None:
    """A high-risk firm goes, a low-risk one comes."""
    acts[1]["plan"]["quota"]["strata"][0] |= {"name": "A", "classes": ["A"]}
    rehashed(acts[1])


def replace_by_two(acts: list[Record]) -> None:
    """Two come for one."""
    acts[1]["plan"]["quota"]["strata"][0]["size"] = acts[1]["plan"]["quota"]["total"] = 2
    rehashed(acts[1])


def add_of_one_class(acts: list[Record]) -> None:
    """An added size aimed at some."""
    acts[2]["plan"]["quota"]["strata"][0]["classes"] = ["D"]
    rehashed(acts[2])


def spare_a_class(acts: list[Record]) -> None:
    """No stratum holds class D any more."""
    strata = acts[0]["plan"]["quota"]["strata"]
    strata[:] = [each for each in strata if "D" not in each["classes"]]
    rehashed(acts[0])


def leave_a_department_out(acts: list[Record]) -> None:
    """It takes part, and neither committed nor is said not to have."""
    gone = acts[0]["plan"]["commitments"].pop()["department"]
    acts[0]["commitments"] = acts[0]["plan"]["commitments"]
    acts[0]["links"] = [each for each in acts[0]["links"] if each["department"] != gone]
    rehashed(acts[0])


def bring_a_stranger_in(acts: list[Record]) -> None:
    """A chain of somebody who takes no part, beside departments enough."""
    acts[0]["plan"]["officers"].popitem()
    rehashed(acts[0])


def spell_the_value_otherwise(acts: list[Record]) -> None:
    """The same lottery numbers with other signs between them: another seed to choose from."""
    acts[1]["public_value"] = "双色球 2024035 期 01-0203"


def strip_the_key(acts: list[Record]) -> None:
    """The root's key withheld, so that nobody can hold the root against the directory."""
    acts[0]["root_key"] = ""


def alter_what_was_before(acts: list[Record]) -> None:
    """The plan speaks of another act before it."""
    acts[2]["plan"]["before"] = acts[1]["plan"]["before"]
    rehashed(acts[2])


def withhold_a_link(acts: list[Record]) -> None:
    """A department that opened its link is said to have kept silent."""
    acts[0]["missing"] = [acts[0]["links"].pop()["department"]]


def lose_a_link(acts: list[Record]) -> None:
    """A department's link is gone, and nothing is said of it."""
    acts[0]["links"].pop()


@pytest.mark.parametrize(
    ("act", "expected", "tamper"),
    [
        (1, {"approval", "seed"}, approve_oneself),
        (4, {"approval", "seed"}, redraw_without_the_office),
        (2, {"approval", "seed"}, replace_without_evidence),
        (2, {"replacement", "ratio", "seed", "order"}, replace_from_another_class),
        (2, {"replacement", "seed", "order"}, replace_by_two),
        (3, {"replacement", "ratio", "seed", "order"}, add_of_one_class),
        (1, {"ratio", "seed", "order"}, spare_a_class),
        (1, {"commitment", "seed"}, leave_a_department_out),
        (1, {"commitment", "seed"}, bring_a_stranger_in),
        (2, {"public", "seed"}, spell_the_value_otherwise),
        (1, {"root"}, strip_the_key),
        (3, {"record", "seed"}, alter_what_was_before),
        (1, {"seed", "commitment"}, lose_a_link),
        (1, {"seed"}, withhold_a_link),
        (1, {"link", "seed"}, lambda acts: acts[0]["links"].reverse()),
        (1, {"commitment"}, lambda acts: acts[0]["left_out"].append("消防大队")),
        (1, {"caution"}, lambda acts: acts[0]["cautions"].clear()),
        (1, {"link", "seed"}, lambda acts: acts[0]["links"][0].update(link="0" * 64)),
        (1, {"seed", "order"}, lambda acts: acts[0].update(seed="0" * 64)),
        (1, {"plan"}, lambda acts: acts[0]["plan"].update(scope="一家企业")),
        (1, {"plan", "ratio"}, change_ratio),
        (4, {"ratio", "seed", "order"}, change_size),
        (1, {"order"}, swap_drawn),
        (1, {"order"}, slip_in_a_friend),
        (2, {"replacement", "ratio", "seed"}, change_replaced),
        (3, {"replacement", "seed"}, replace_twice),
        (2, {"replacement"}, hide_who_is_replaced),
        (3, {"commitment", "seed"}, change_chain),
        (1, {"commitment", "link", "seed"}, copy_a_chain),
        (2, {"commitment"}, lambda acts: acts[1]["missing"].clear()),
        (2, {"seed", "public"}, lambda acts: acts[1].update(public_value="另一个号码")),
        (2, {"seed"}, lambda acts: acts[1].update(public_value="双色球 2024035 期 010204")),
        (1, {"seed", "public", "caution"}, lambda acts: acts[0].update(public_value="双色球 010204")),
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
    assert (1, {(4, "seed"), (4, "snapshot")}) == (code, set(failures(output)))


def test_deleted_act_is_named(tmp_path: Path, record: Record) -> None:
    """Acts are numbered without a gap."""
    altered = copy.deepcopy(record)
    del altered["acts"][1]
    code, output = verify(tmp_path, altered)
    assert (1, True) == (code, (3, "record") in failures(output))


@pytest.mark.parametrize(
    ("name", "nothing"), [("links", {}), ("public_value", None), ("root", None), ("root_key", 0)]
)
def test_another_nothing_in_a_refused_act_is_named(tmp_path: Path, name: str, nothing: object) -> None:
    """What an act that nobody approved did not have is written in one way, also where no later act binds it."""
    unseen = build_record(TASK, [refused_act()])
    document = json.loads(canonical_json(unseen))
    assert 0 == verify(tmp_path, document)[0]
    document["acts"][0][name] = nothing
    code, output = verify(tmp_path, document)
    assert (1, {(1, "void")}) == (code, set(failures(output)))


def renumbered(acts: list[Record]) -> None:
    """Hide that an act is missing: number what is left anew and hash it anew."""
    for place, each in enumerate(acts, 1):
        each["act"] = each["plan"]["act"] = place
        rehashed(each)


def test_an_act_that_is_dropped_and_hidden_is_named(tmp_path: Path, record: Record) -> None:
    """Each plan holds the digest of the act before, and each link is of its act's number."""
    altered = copy.deepcopy(record)
    del altered["acts"][1]
    renumbered(altered["acts"])
    code, output = verify(tmp_path, altered)
    assert 1 == code
    assert {"record", "link", "seed"} <= {name for act, name in failures(output) if act == 2}


def test_the_last_act_that_is_dropped_is_missed_by_its_published_hash(tmp_path: Path, record: Record) -> None:
    """What is left agrees with itself: only what was published when the act was fixed tells."""
    published = [act["plan_hash"] for act in record["acts"]]
    assert 0 == verify(tmp_path, record, hashes=published)[0]
    altered = copy.deepcopy(record)
    del altered["acts"][3]
    assert 0 == verify(tmp_path, altered)[0]
    code, output = verify(tmp_path, altered, hashes=published)
    assert (1, f"不符 published: 记录中没有公布过的 {published[3]}\n") == (code, output)


def test_a_record_made_up_from_end_to_end_is_missed_by_published_hashes(
    tmp_path: Path, record: Record
) -> None:
    """With all secrets known one may plan anew and draw anew: plan, directory or root is another one."""
    entries = [*ENTRIES[:40], *ENTRIES[41:]]
    forged = act([], Kind.FIRST, entries, lambda n: Quota.plain(n, "5"))
    document = json.loads(canonical_json(build_record(TASK, [forged])))
    directory = canonical_directory(entries)
    assert 0 == verify(tmp_path, document, directory)[0]
    first = record["acts"][0]
    assert 0 == verify(tmp_path, document, directory, hashes=[first["commitments"][0]["commitment"]])[0]
    for name in ("plan_hash", "snapshot_hash", "root"):
        code, output = verify(tmp_path, document, directory, hashes=[first[name]])
        assert (1, True) == (code, output.startswith("不符 published"))


def test_a_key_that_stands_twice_is_refused(tmp_path: Path, record: Record) -> None:
    """Readers of JSON differ in which of the two they take."""
    text = canonical_json(record).decode().replace('"void":false', '"void":true,"void":false', 1)
    (tmp_path / "twice.json").write_text(text, "utf-8")
    run = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", str(VERIFIER), str(tmp_path / "twice.json"), str(VERIFIER)],
        capture_output=True, check=False,
    )  # fmt: skip
    assert (1, True) == (run.returncode, "键重复" in run.stdout.decode())


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
        acts.append(added(acts, 1))
    assert (65, 65) == (acts[-1].plan["act"], acts[-1].plan["commitments"][0]["since"])
    renewed = json.loads(canonical_json(build_record(TASK, acts)))
    code, output = verify(tmp_path, renewed, canonical_directory(ENTRIES))
    assert (0, "相符 65 次抽取全部核验一致。") == (code, output.splitlines()[0])
