"""Check a draw (核验抽取): python verify-draw.py RECORD.json SNAPSHOT[.gz] [SNAPSHOT[.gz] …] [HASH …].

Needs Python 3.11 and nothing else. Recomputes every field of every act from what was hashed before any secret was
opened (the plan), the opened links, the public value and the frozen directories (one per act that froze one).
Prints what fails by name; exit code 0 if all holds, 1 if not.

A record that was made up from end to end agrees with itself: compare it with what was published when each act was
fixed. Each HASH given (64 hex digits: of a plan, a directory, a root or a commitment) must stand in the record.

With one file, the proof that `draw prove` gives a firm, it checks that proof alone.
"""

import gzip
import hashlib
import hmac
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

Entry = tuple[str, str]  # code, class
LINE = re.compile(r"([!-+\--~]{18}),([ABCD-])")
HASH = re.compile(r"[0-9a-f]{64}")
LINKS = 64
TOP_UP = "补足"
CLASSES = ["A", "B", "C", "D", "-"]
FREEZING = ("first", "redraw")
# Each field of an act either is given and checked, or follows from the given ones: the name and words of a difference.
GIVEN = {"plan", "links", "public_value", "root_key"}
FOLLOWS = {
    "act": ("record", "抽取记录有缺失或重排"),
    "kind": ("plan", "种类与方案不符"),
    "snapshot_hash": ("snapshot", "名录的摘要与方案不符"),
    "plan_hash": ("plan", "抽取方案与其摘要不符"),
    "commitments": ("commitment", "承诺与方案不符"),
    "missing": ("commitment", "有部门的承诺既未公开也未记为缺失"),
    "left_out": ("commitment", "未承诺的部门与方案不符"),
    "void": ("void", "作废与否与公开的链节不符"),
    "seed": ("seed", "种子与公开的内容不符"),
    "root": ("root", "存在证明的根与名录不符"),
    "replaces": ("replacement", "被取代的与方案不符"),
    "drawn": ("order", "抽中名单或次序与种子不符"),
    "cautions": ("caution", "应当告知的事项被改动"),
}
LAST_REVEALER = "未使用公共随机值：最后公开链节的部门可以在公开与不公开的两个结果之间选择。"
KEPT = "秘密由系统代管的部门：{}；系统运维方理论上可以预知其链节。"
ALL_KEPT = "全部秘密由系统代管：本次抽取只能信赖系统运维方。"
VOID = "公开的链节不足两个，本次抽取作废，没有抽取任何对象。"


def sha256(data: bytes) -> bytes:
    """SHA-256 as 32 bytes."""
    return hashlib.sha256(data).digest()


def canonical(document: object) -> bytes:
    """The hashed form of a document: keys sorted, no spaces, UTF-8."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def same(one: object, other: object) -> bool:
    """Whether two documents are the same to the letter (to Python 1, 1.0 and true are equal)."""
    return canonical(one) == canonical(other)


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; one that names a key twice would be read differently by others."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError("键重复")
    return dict(pairs)


def seed_of(task: str, act: dict[str, Any]) -> str:
    """The seed: SHA-256 over its fields, each after its length as 8 bytes big endian."""
    fields = [task.encode(), str(act["act"]).encode()]
    fields += [bytes.fromhex(act["plan_hash"]), bytes.fromhex(act["snapshot_hash"])]
    for opened in act["links"]:
        fields += [opened["department"].encode(), bytes.fromhex(opened["link"])]
    fields.append(act["public_value"].encode())
    return sha256(b"".join(len(field).to_bytes(8, "big") + field for field in fields)).hex()


def share(n: int, percent: str) -> int:
    """⌈n·percent⌉ on integers."""
    whole, _, decimals = percent.partition(".")
    denominator: int = 100 * 10 ** len(decimals)
    return -(-n * int(whole + decimals) // denominator)


def read_directory(path: str) -> tuple[str, list[Entry] | None]:
    """The hash of a frozen directory and its entries, or None if it is not in canonical form."""
    data = Path(path).read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    lines = data.decode("utf-8", "replace").split("\n")
    found = [LINE.fullmatch(line) for line in lines[:-1]]
    entries = [(match[1], match[2]) for match in found if match]
    codes = [code for code, _ in entries]
    lawful = lines[-1] == "" and all(found) and codes == sorted(set(codes))
    return sha256(data).hex(), entries if lawful else None


def root_of(key: str, entries: list[Entry]) -> str:
    """The Merkle root of a directory: leaf = SHA-256(0, HMAC(key, line), line), node = SHA-256(1, left, right)."""
    lines = [f"{code},{class_}".encode() for code, class_ in entries]
    salts = [hmac.digest(bytes.fromhex(key), line, "sha256") for line in lines]
    level = [sha256(b"\x00" + salt + line) for salt, line in zip(salts, lines, strict=True)]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [sha256(b"\x01" + left + right) for left, right in pairs] + level[len(level) & ~1 :]
    return level[0].hex() if level else ""


class Verifier:
    """Checks the acts of one record in their order and remembers what later acts depend on."""

    def __init__(self, record: dict[str, Any], directories: dict[str, list[Entry] | None]) -> None:
        self.record = record
        self.directories = directories
        self.failures: list[str] = []
        self.number: object = "-"
        self.before = ""  # digest of the act before
        self.silent: set[str] = set()  # who kept silent in a void act just before
        self.void = True  # whether all acts so far were void
        self.chains: dict[str, tuple[str, int]] = {}  # department: commitment, first act
        self.frozen = ""  # hash of the directory of the last act that froze one
        self.strata: dict[str, list[str]] = {}  # its strata with their classes
        self.drawn: dict[str, str] = {}  # codes since then with their strata
        self.replaced: set[str] = set()

    def check(self, holds: object, name: str, words: str) -> None:
        """Note a failure by its name."""
        if not holds:
            self.failures.append(f"第 {self.number} 次抽取 {name}: {words}")

    def run(self) -> list[str]:
        """All failures, in the order of the acts."""
        lawful = self.record.keys() == {"algorithm", "task", "acts"} and self.record["algorithm"] == "SJC1"
        self.check(lawful, "record", "算法标识不是 SJC1，或多出、缺少栏目")
        for place, act in enumerate(self.record.get("acts", ()), 1):
            self.number = place
            try:
                self.act(act)
            except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
                self.check(False, "record", f"结构不符（{type(error).__name__}: {error}）")
                break
        return self.failures

    def published(self, hashes: list[str]) -> list[str]:
        """What was published and does not stand in the record."""
        standing = {act[key] for act in self.record["acts"] for key in ("plan_hash", "snapshot_hash", "root")}
        standing |= {each["commitment"] for act in self.record["acts"] for each in act["commitments"]}
        return [f"published: 记录中没有公布过的 {each}" for each in hashes if each not in standing]

    def act(self, act: dict[str, Any]) -> None:
        """One act: what was fixed and opened is lawful, and all the rest follows from it."""
        self.check(act.keys() == GIVEN | FOLLOWS.keys(), "record", "多出或缺少栏目")
        plan, refused = act["plan"], "refused" in act["plan"]
        self.plan(plan)
        entries = self.directories.get(act["snapshot_hash"])
        if refused:
            self.refused(act)
        else:
            self.approval(plan)
            self.commitments(plan)
            self.links(act)
            self.public_value(act)
            self.check(entries is not None, "snapshot", "没有与摘要相符且格式正确的名录文件")
        expected = self.fields(act, entries)
        if not expected["void"]:
            expected["drawn"] = self.list_of(act, entries)
        for key, value in expected.items():
            self.check(same(act[key], value), *FOLLOWS[key])
        self.void = self.void and act["void"]
        if not refused:
            self.silent = set(act["missing"]) if act["void"] else set()
        self.drawn |= {each["code"]: each["stratum"] for each in act["drawn"]}
        # Without the root, whose key is made at random: it is held by its directory.
        self.before = sha256(canonical({key: act[key] for key in act.keys() - {"root", "root_key"}})).hex()

    def fields(self, act: dict[str, Any], entries: list[Entry] | None) -> dict[str, Any]:
        """The fields that follow from the plan, what was opened, and the directory."""
        plan, void = act["plan"], len(act["links"]) < 2
        opened = [each["department"] for each in act["links"]]
        leaves = (entries or []) if plan["kind"] in FREEZING else []
        keyed = HASH.fullmatch(act["root_key"]) if leaves else act["root_key"] == ""
        self.check(keyed or entries is None, "root", "缺少存在证明的密钥，或不应有")
        kept = [each["department"] for each in plan["commitments"] if each["kept_by"] == "service"]
        all_kept = bool(kept) and len(kept) == len(plan["commitments"])
        return {
            "act": self.number,
            "kind": plan["kind"],
            "snapshot_hash": plan["snapshot_hash"],
            "plan_hash": sha256(canonical(plan)).hex(),
            "commitments": plan["commitments"],
            "missing": [d for d in (each["department"] for each in plan["commitments"]) if d not in opened],
            "left_out": plan["absent"],
            "void": void,
            "seed": "" if void else seed_of(self.record["task"], act),
            "root": act["root"] if entries is None else root_of(act["root_key"], leaves),
            "replaces": plan["replaces"],
            "drawn": [],
            "cautions": [LAST_REVEALER] * (not act["public_value"])
            + [KEPT.format("、".join(kept))] * bool(kept)
            + [ALL_KEPT] * all_kept
            + [VOID] * void,
        }

    def plan(self, plan: dict[str, Any]) -> None:
        """The plan speaks of this act and binds the act before."""
        self.check(plan["act"] == self.number, "plan", "方案属于另一次抽取")
        self.check(plan["task"] == self.record["task"], "plan", "方案属于另一任务")
        lawful = plan["algorithm"] == "SJC1" and plan["chain_links"] == LINKS
        self.check(lawful, "plan", "方案的算法或链长不符")
        self.check(plan["before"] == self.before, "record", "前一次抽取的记录被改动、删去或重排")
        self.check((plan["kind"] == "first") == self.void, "record", "只有第一次有效的抽取是首次抽取")

    def refused(self, act: dict[str, Any]) -> None:
        """An act that was asked for and not approved opened nothing and froze nothing."""
        plan = act["plan"]
        opened = [act["links"], plan["commitments"], plan["officers"], act["public_value"]]
        frozen = [act["snapshot_hash"], act["root"], act["root_key"]]
        nothing = same([opened, frozen], [[[], [], {}, ""], ["", "", ""]])
        self.check(nothing, "void", "未获批准的抽取不得有承诺、链节或名录")
        reasons = plan["requested"]["reason"].strip() and plan["refused"]["reason"].strip()
        self.check(reasons, "approval", "未获批准的抽取没有写明理由")

    def approval(self, plan: dict[str, Any]) -> None:
        """A second person approved: of the requesting department, or for a re-draw of the coordinating office."""
        asked, approved, later = plan["requested"], plan["approved"], plan["kind"] != "first"
        self.check(asked["reason"].strip(), "approval", "申请没有写明理由")
        self.check(not later or plan["evidence"].strip(), "approval", "后续抽取没有依据")
        self.check(asked["actor"] != approved["actor"], "approval", "申请人自行批准")
        office, own = approved["role"] == "office", approved["department"] == asked["department"]
        self.check(office if plan["kind"] == "redraw" else own, "approval", "批准人无权批准")

    def commitments(self, plan: dict[str, Any]) -> None:
        """Who takes part has committed or is named; one commitment per chain, none copied; at most one witness."""
        committed, parts = {each["department"] for each in plan["commitments"]}, set(plan["officers"])
        values = {each["commitment"] for each in plan["commitments"]}
        self.check(len(values) == len(plan["commitments"]), "commitment", "两个部门的承诺相同")
        named = committed | set(plan["absent"]) | self.silent
        self.check(parts <= named, "commitment", "有参与部门既未承诺也未记为未承诺")
        witness = len(committed - parts) <= (len(committed & parts) < 2)
        self.check(witness, "commitment", "部门足够而有见证，或有不参与的部门")
        for each in plan["commitments"]:
            department, chain = each["department"], (each["commitment"], each["since"])
            former = self.chains.setdefault(department, chain)
            kept = chain == former or each["since"] >= former[1] + LINKS
            self.check(kept, "commitment", f"部门 {department} 在承诺链用完之前更换了承诺")
            self.chains[department] = chain

    def links(self, act: dict[str, Any]) -> None:
        """In department order, each link hashes down to its commitment in as many steps as its chain has opened."""
        names = [opened["department"].encode() for opened in act["links"]]
        self.check(names == sorted(set(names)), "link", "链节没有按部门次序排列")
        chains = {each["department"]: each for each in act["commitments"]}
        for opened in act["links"]:
            chain = chains.get(opened["department"], {"since": 1, "commitment": ""})
            steps, value = act["act"] - chain["since"] + 1, bytes.fromhex(opened["link"])
            for _ in range(steps):
                value = sha256(value)
            holds = opened.keys() == {"department", "link"} and HASH.fullmatch(opened["link"])
            holds = holds and 1 <= steps <= LINKS and value.hex() == chain["commitment"]
            self.check(holds, "link", f"部门 {opened['department']} 的链节与其承诺不符")

    def public_value(self, act: dict[str, Any]) -> None:
        """A public value is mixed in exactly where the plan announced which one, in its one spelling."""
        announced, value = act["plan"].get("public_value"), act["public_value"]
        if announced is None or act["void"]:
            self.check(value == "", "public", "方案没有预告公共随机值")
        else:
            name, token = announced["name"] + " ", value[-announced["length"] :]
            holds = value == name + token and re.fullmatch("[0-9a-z]+", token)
            self.check(
                holds and len(token) == announced["length"], "public", "公共随机值不是方案预告的那一个"
            )

    def list_of(self, act: dict[str, Any], entries: list[Entry] | None) -> list[dict[str, object]]:
        """The list that follows from directory, sizes and seed, once these are lawful."""
        plan, quota = act["plan"], act["plan"]["quota"]
        gone = [each["code"] for each in plan["out_of_force"]]
        if plan["kind"] in FREEZING:
            self.frozen, self.drawn, self.replaced = act["snapshot_hash"], {}, set()
            self.strata = {each["name"]: each["classes"] for each in quota["strata"]}
            self.check(not gone, "snapshot", "新冻结的名录不得再剔除对象")
        self.check(act["snapshot_hash"] == self.frozen, "snapshot", "没有使用首次抽取时冻结的名录")
        ordered = self.replacement(act)
        if entries is None:
            return list(act["drawn"])
        lawful = gone == sorted(set(gone)) and set(gone) <= {code for code, _ in entries}
        self.check(lawful, "snapshot", "剔除的对象不在名录中")
        pool = [entry for entry in entries if entry[0] not in self.drawn and entry[0] not in gone]
        self.ratio(quota, Counter(class_ for _, class_ in pool), ordered)
        return draw(act["seed"], quota, pool)

    def replacement(self, act: dict[str, Any]) -> dict[str, Any] | None:
        """The sizes that a later act must have, as stratum, classes and number; None for a fresh directory.

        What is replaced was drawn and not replaced yet. As many are drawn, of the same strata, and of all classes
        for who was topped up or added; an added size is of all classes.
        """
        kind, replaces, quota = act["kind"], act["replaces"], act["plan"]["quota"]
        if kind == "redraw":
            former = [str(number) for number in range(1, act["act"])]
            self.check(replaces == former, "replacement", "重新抽取没有写明取代此前的各次抽取")
        elif kind == "replacement":
            lawful = set(replaces) <= self.drawn.keys() - self.replaced and len(set(replaces)) == len(
                replaces
            )
            self.check(lawful and replaces, "replacement", "被替换的对象此前没有被抽中，或已经被替换过")
            self.replaced |= set(replaces)
            lost = Counter(self.drawn.get(code, "") for code in replaces)
            strata: dict[str, list[Any]] = {
                name: [self.strata[name], size] for name, size in lost.items() if name in self.strata
            }
            return {"strata": strata, "top_up": sum(lost.values()) - sum(size for _, size in strata.values())}
        else:
            self.check(not replaces, "replacement", "首次抽取和追加抽取不取代任何对象")
        added = {each["name"]: [CLASSES, each["size"]] for each in quota["strata"][:1]}
        return {"strata": added, "top_up": 0} if kind == "added" else None

    def ratio(self, quota: dict[str, Any], counts: Counter[str], ordered: dict[str, Any] | None) -> None:
        """Every size follows from population, ratio and minimum, or was ordered; each class is in one stratum."""
        strata, n, drawn = (
            quota["strata"],
            sum(counts.values()),
            sum(each["size"] for each in quota["strata"]),
        )
        for each in strata:
            population = sum(counts[class_] for class_ in each["classes"])
            size = each["size"] if ordered else share(population, each["percent"])
            holds = (population, size) == (each["population"], each["size"]) and size <= population
            self.check(holds, "ratio", f"“{each['name']}”的户数与比例不符")
        classes = [class_ for each in strata for class_ in each["classes"]]
        least = min(n, max(quota["floor"], quota["minimum"], share(n, quota["percent"] or "0")))
        top_up = max(0, least - drawn)
        if ordered:
            found = {each["name"]: [each["classes"], each["size"]] for each in strata}
            self.check(
                same(found, ordered["strata"]), "replacement", "户数与被替换的不符，或追加没有从全部类别抽取"
            )
            top_up = ordered["top_up"]
        else:
            self.check(counts.keys() <= set(classes), "ratio", "有类别不在任何一层")
        self.check(len(classes) == len(set(classes)), "ratio", "有类别同属两层")
        holds = (top_up, drawn + top_up) == (quota["top_up"], quota["total"])
        self.check(holds, "ratio", "总户数与比例或下限不符")


def draw(seed: str, quota: dict[str, Any], pool: list[Entry]) -> list[dict[str, object]]:
    """The list that seed, sizes and pool give: each stratum in ticket order, then topped up in ticket order."""
    prefix = b"SJC1|" + bytes.fromhex(seed)
    ordered = sorted(pool, key=lambda entry: sha256(prefix + entry[0].encode()))
    stratum_of: dict[str, str] = {}
    for stratum in quota["strata"]:
        among = [code for code, class_ in ordered if class_ in stratum["classes"]]
        stratum_of.update(dict.fromkeys(among[: stratum["size"]], stratum["name"]))
    undrawn = [code for code, _ in ordered if code not in stratum_of]
    stratum_of.update(dict.fromkeys(undrawn[: quota["top_up"]], TOP_UP))
    chosen = [entry for entry in ordered if entry[0] in stratum_of]
    return [
        {"code": code, "class": class_, "stratum": stratum_of[code], "rank": rank}
        for rank, (code, class_) in enumerate(chosen, 1)
    ]


def verify_proof(proof: dict[str, Any]) -> int:
    """Check one firm's proof that it stands in each frozen directory, without seeing the others."""
    broken = False
    for each in proof["proofs"]:
        value = sha256(b"\x00" + bytes.fromhex(each["salt"]) + each["line"].encode())
        for side, sibling in each["path"]:
            other = bytes.fromhex(sibling)
            value = sha256(b"\x01" + (other + value if side == "left" else value + other))
        holds = value.hex() == each["root"]
        broken = broken or not holds
        found, words = ("相符", "列在根为") if holds else ("不符", "的路径通不到根")
        print(f"{found} 第 {each['act']} 次抽取 root: {each['line']} {words} {each['root']}")
    return 1 if broken else 0


def main(arguments: list[str]) -> int:
    """Verify the files named on the command line."""
    hashes = [each for each in arguments if HASH.fullmatch(each)]
    files = [each for each in arguments if each not in hashes]
    if not files:
        print(__doc__)
        return 1
    try:
        record = json.loads(Path(files[0]).read_bytes(), object_pairs_hook=once)
        if len(files) == 1 and "proofs" in record:
            return verify_proof(record)
        verifier = Verifier(record, dict(map(read_directory, files[1:])))
        failures = verifier.run() + verifier.published(hashes)
    except (KeyError, TypeError, ValueError, AttributeError, OSError, EOFError) as error:
        failures = [f"record: 抽取记录或名录文件无法读取，或结构不符（{type(error).__name__}: {error}）"]
    for failure in failures:
        print(f"不符 {failure}")
    if not failures:
        print(f"相符 {len(record['acts'])} 次抽取全部核验一致。")
        fixed = [act for act in record["acts"] if "refused" not in act["plan"]]
        for act in fixed if not hashes else ():
            print(
                f"请与锁定时公布的对照：第 {act['act']} 次抽取 方案 {act['plan_hash']} 名录 {act['snapshot_hash']}"
            )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
