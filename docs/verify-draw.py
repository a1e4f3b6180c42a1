"""Check a draw (核验抽取): python verify-draw.py RECORD.json SNAPSHOT[.gz] [SNAPSHOT[.gz] …].

With one file, the proof that `draw prove` gives a firm, it checks that proof alone.

Needs Python 3.11 and nothing else. Recomputes hashes, chains, seeds, order and quotas of every act from the
record and the frozen directories (one per act that froze one). Prints what fails by name; exit code 0 if all
holds, 1 if not.
"""

import gzip
import hashlib
import hmac
import json
import re
import sys
from pathlib import Path
from typing import Any

Entry = tuple[str, str]  # code, class
LINE = re.compile(r"([!-+\--~]{18}),([ABCD-])")
LINKS = 64
TOP_UP = "补足"
FREEZING = {"first", "redraw"}


def sha256(data: bytes) -> bytes:
    """SHA-256 as 32 bytes."""
    return hashlib.sha256(data).digest()


def canonical(document: object) -> bytes:
    """The hashed form of a document: keys sorted, no spaces, UTF-8."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def seed_of(task: str, act: dict[str, Any]) -> str:
    """The seed: SHA-256 over its fields, each after its length as 8 bytes big endian."""
    fields = [task.encode(), str(act["act"]).encode()]
    fields += [bytes.fromhex(act["plan_hash"]), bytes.fromhex(act["snapshot_hash"])]
    for opened in sorted(act["links"], key=lambda opened: opened["department"].encode()):
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
        self.chains: dict[str, tuple[str, int]] = {}  # department: commitment, first act
        self.frozen = ""  # hash of the directory of the last act that froze one
        self.drawn: set[str] = set()  # codes since then
        self.replaced: set[str] = set()

    def check(self, holds: object, name: str, words: str) -> None:
        """Note a failure by its name."""
        if not holds:
            self.failures.append(f"第 {self.number} 次抽取 {name}: {words}")

    def run(self) -> list[str]:
        """All failures, in the order of the acts."""
        self.check(self.record["algorithm"] == "SJC1", "record", "算法标识不是 SJC1")
        for place, act in enumerate(self.record["acts"], 1):
            self.number = act["act"]
            self.check(act["act"] == place, "record", f"编号应为 {place}，抽取记录有缺失或重排")
            first = all(former["void"] for former in self.record["acts"][: place - 1])
            self.check((act["kind"] == "first") == first, "record", "只有第一次有效的抽取是首次抽取")
            self.plan(act)
            self.commitments(act)
            self.links(act)
            self.public_value(act)
            if act["void"]:
                empty = len(act["links"]) < 2 and not act["drawn"] and not act["seed"]
                self.check(empty, "void", "作废的抽取不得有种子或名单，且公开的链节须不足两个")
                continue
            self.check(seed_of(self.record["task"], act) == act["seed"], "seed", "种子与公开的内容不符")
            self.replacement(act)
            self.directory(act)
        return self.failures

    def plan(self, act: dict[str, Any]) -> None:
        """The plan is the hashed one and speaks of this act."""
        plan = act["plan"]
        self.check(sha256(canonical(plan)).hex() == act["plan_hash"], "plan", "抽取方案与其摘要不符")
        for key in ("act", "kind", "replaces"):
            self.check(plan[key] == act[key], "plan", f"方案中的 {key} 与记录不符")
        self.check(plan["task"] == self.record["task"], "plan", "方案属于另一任务")
        self.check(
            plan["algorithm"] == "SJC1" and plan["chain_links"] == LINKS, "plan", "方案的算法或链长不符"
        )

    def commitments(self, act: dict[str, Any]) -> None:
        """One commitment per department and chain, none copied; each is opened or listed as missing."""
        departments = [each["department"] for each in act["commitments"]]
        settled = [each["department"] for each in act["links"]] + act["missing"]
        self.check(sorted(departments) == sorted(settled), "commitment", "有部门的承诺既未公开也未记为缺失")
        values = {each["commitment"] for each in act["commitments"]}
        self.check(len(values) == len(departments), "commitment", "两个部门的承诺相同")
        for each in act["commitments"]:
            department, chain = each["department"], (each["commitment"], each["since"])
            former = self.chains.get(department, chain)
            kept = chain == former or each["since"] >= former[1] + LINKS
            self.check(kept, "commitment", f"部门 {department} 在承诺链用完之前更换了承诺")
            self.chains[department] = chain

    def links(self, act: dict[str, Any]) -> None:
        """Every link hashes down to its commitment in as many steps as the chain has opened."""
        self.check(len(act["links"]) >= 2 or act["void"], "link", "公开的链节不足两个")
        chains = {each["department"]: each for each in act["commitments"]}
        for opened in act["links"]:
            chain = chains.get(opened["department"], {"since": 1, "commitment": ""})
            steps, value = act["act"] - chain["since"] + 1, bytes.fromhex(opened["link"])
            for _ in range(steps):
                value = sha256(value)
            holds = 1 <= steps <= LINKS and value.hex() == chain["commitment"]
            self.check(holds, "link", f"部门 {opened['department']} 的链节与其承诺不符")

    def public_value(self, act: dict[str, Any]) -> None:
        """A public value is mixed in exactly where the plan announced which one."""
        announced, value = act["plan"].get("public_value"), act["public_value"]
        if announced is None or act["void"]:
            self.check(not value, "public", "方案没有预告公共随机值")
        else:
            holds = value.startswith(announced["name"] + " ") and len(value) > len(announced["name"]) + 1
            self.check(holds, "public", "公共随机值不是方案预告的那一个")

    def replacement(self, act: dict[str, Any]) -> None:
        """What an act replaces was drawn before it, and each subject is replaced once."""
        replaces = act["replaces"]
        if act["kind"] == "replacement":
            lawful = set(replaces) <= self.drawn - self.replaced and len(set(replaces)) == len(replaces)
            self.check(lawful, "replacement", "被替换的对象此前没有被抽中，或已经被替换过")
            self.check(len(act["drawn"]) <= len(replaces), "replacement", "补抽的户数多于被替换的户数")
            self.replaced |= set(replaces)
        elif act["kind"] == "redraw":
            former = {str(number) for number in range(1, act["act"])}
            self.check(replaces and set(replaces) <= former, "replacement", "重新抽取没有写明取代哪次抽取")
        else:
            self.check(not replaces, "replacement", "首次抽取和追加抽取不取代任何对象")

    def directory(self, act: dict[str, Any]) -> None:
        """The directory is the hashed one, the sizes follow from it, and the list from seed and sizes."""
        if act["kind"] in FREEZING:
            self.frozen, self.drawn, self.replaced = act["snapshot_hash"], set(), set()
            self.check(not act["plan"]["out_of_force"], "snapshot", "新冻结的名录不得再剔除对象")
        self.check(act["snapshot_hash"] == self.frozen, "snapshot", "没有使用首次抽取时冻结的名录")
        entries = self.directories.get(act["snapshot_hash"])
        self.check(entries is not None, "snapshot", "没有与摘要相符且格式正确的名录文件")
        if entries is not None:
            gone = {each["code"] for each in act["plan"]["out_of_force"]}
            pool = [entry for entry in entries if entry[0] not in self.drawn and entry[0] not in gone]
            if act["root_key"]:
                self.check(root_of(act["root_key"], entries) == act["root"], "root", "存在证明的根与名录不符")
            self.ratio(act["plan"]["quota"], pool)
            self.check(self.draw(act, pool) == act["drawn"], "order", "抽中名单或次序与种子不符")
        self.drawn |= {each["code"] for each in act["drawn"]}

    def ratio(self, quota: dict[str, Any], pool: list[Entry]) -> None:
        """Every size follows from population, ratio and minimum."""
        sizes = 0
        for stratum in quota["strata"]:
            n = sum(class_ in stratum["classes"] for _, class_ in pool)
            percent, size = stratum["percent"], stratum["size"]
            holds = n == stratum["population"] and (
                size <= n if percent is None else size == share(n, percent)
            )
            self.check(holds, "ratio", f"“{stratum['name']}”的户数与比例不符")
            sizes += size
        n = sum(stratum["population"] for stratum in quota["strata"])
        least = min(n, max(quota["floor"], quota["minimum"], share(n, quota["percent"] or "0")))
        top_up = max(0, least - sizes)
        self.check(
            (top_up, sizes + top_up) == (quota["top_up"], quota["total"]), "ratio", "总户数与比例或下限不符"
        )

    def draw(self, act: dict[str, Any], pool: list[Entry]) -> list[dict[str, object]]:
        """The list that seed, directory and sizes give."""
        prefix = b"SJC1|" + bytes.fromhex(act["seed"])
        ordered = sorted(pool, key=lambda entry: sha256(prefix + entry[0].encode()))
        quota, stratum_of = act["plan"]["quota"], {}
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
        words = "列在根为" if holds else "的路径通不到根"
        print(
            f"{'相符' if holds else '不符'} 第 {each['act']} 次抽取 root: {each['line']} {words} {each['root']}"
        )
    return 1 if broken else 0


def main(arguments: list[str]) -> int:
    """Verify the files named on the command line."""
    if len(arguments) == 1:
        proof = json.loads(Path(arguments[0]).read_bytes())
        if "proofs" in proof:
            return verify_proof(proof)
    if len(arguments) < 2:
        print(__doc__)
        return 1
    try:
        record = json.loads(Path(arguments[0]).read_bytes())
        failures = Verifier(record, dict(map(read_directory, arguments[1:]))).run()
    except (KeyError, TypeError, ValueError, AttributeError, OSError, EOFError) as error:
        failures = [f"record: 抽取记录或名录文件无法读取，或结构不符（{type(error).__name__}: {error}）"]
    for failure in failures:
        print(f"不符 {failure}")
    if not failures:
        print(f"相符 {len(record['acts'])} 次抽取全部核验一致。")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
