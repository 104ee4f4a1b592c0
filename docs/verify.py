"""Checks a Waybill export: python3 verify.py export.tar KEYS [older.checkpoint ...]. KEYS: verification keys with blanks between, or a file of them."""
import base64, functools, hashlib, json, os, re, sys
from ed25519 import verify
sha, b64, bits = lambda b: hashlib.sha256(b).digest(), lambda s: base64.b64decode(s, validate=True), lambda n: bin(n).count("1")
node, num, no_place = lambda a, b: sha(b"\1" + a + b), lambda b: int.from_bytes(b, "big"), 2**63
# An export has one spelling; what could be read in two ways is refused. N: a number, B: base64, H: a hash, HS: hashes.
N, B, H = "(?:0|[1-9][0-9]{0,14})", "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", '"[A-Za-z0-9+/]{43}="'
HS, NAME = rf"\[(?:{H}(?:,{H}){{0,63}})?\]", r"README|([a-z]+-[0-9]+)/(checkpoint|proof\.json|entries-[0-9]+\.ndjson)"
PROOF = rf'\{{"kind":(?:"range","from":{N},"to":{N},"size":{N},"left":{HS},"consistency":{HS}|"selection","about":"[A-Za-z0-9_-]*","size":{N}),"previous":(?:null|\{{"size":{N},"hashes":{HS}\}})\}}'
LINE = rf'\{{"position":{N},"leaf":{H},%s(?:"absent":"(?:missing|changed|other-tenant)"|"entry":"{B}","meta":"{B}","data":"{B}"(?:,"sealed":"{B}"(?:,"key":"{B}")?)?)\}}'
NOTE = r"([!-~]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)\n((?:[^\n]+\n)*)\n((?:— [^+\s]+ [A-Za-z0-9+/]{8,}={0,2}\n){1,16})"
HEADER = rb"(?s)(.{100}).{24}([0-7]{11})[\0 ].{12}([0-7]{6})[\0 ].0.{100}ustar.{83}\0.{166}"
def refuse(words): raise ValueError(words)
def keys(text):
    for name, kid, key in (v.split("+", 2) for v in (open(text).read() if os.path.exists(text) else text).split()):
        k = b64(key); yield (name, k[1:]) if k[0] == 1 and sha(name.encode() + b"\n" + k)[:4].hex() == kid else refuse("that is no verification key")
def checkpoint(note, ring):  # c2sp.org/signed-note, c2sp.org/tlog-checkpoint
    m = re.fullmatch(NOTE, note) or refuse("this is no signed checkpoint"); sigs = [(line.split(" ")[1], b64(line.split(" ")[2])) for line in m[5].strip().split("\n")]
    good = [verify(k, s[4:], note[:m.start(5) - 1].encode()) for name, s in sigs for n, k in ring if n == name and s[:4] == sha(n.encode() + b"\n\1" + k)[:4]]
    return (m[1], int(m[2]), b64(m[3])) if good and all(good) else refuse("the checkpoint is not signed by the key")
def push(peaks, size, leaf):  # the frontier of a tree of `size` leaves takes one more
    push(peaks, size >> 1, node(peaks.pop(), leaf)) if size & 1 else peaks.append(leaf)
fold = lambda peaks: functools.reduce(lambda root, peak: node(peak, root), peaks[::-1]) if peaks else sha(b"")
def walk(fn, sn, fr, sr, proof):  # RFC 9162 2.1.3.2 and 2.1.4.2 in one: fr is None for an inclusion proof
    for c in proof:
        if sn == 0: return None, None
        left = fn & 1 or fn == sn
        fr, sr = (fr and node(c, fr), node(c, sr)) if left else (fr, node(sr, c))
        while left and fn and not fn & 1: fn, sn = fn >> 1, sn >> 1
        fn, sn = fn >> 1, sn >> 1
    return (fr, sr) if sn == 0 else (None, None)
def extends(m, n, rm, rn, proof):
    if m == n or m == 0: return not proof and rm == (rn if m == n else sha(b""))
    proof, zeros = ([rm] if bits(m) == 1 else []) + proof, (m & -m).bit_length() - 1
    return bool(proof) and m < n and walk(m - 1 >> zeros, n - 1 >> zeros, proof[0], proof[0], proof[1:]) == (rm, rn)
class Log:
    def __init__(s, log, note, proof, ring, older):
        s.p, s.log, s.bad, s.seen, s.streams, s.unread = json.loads(re.fullmatch(PROOF, proof)[0]), log, [], {}, {}, [0, 0, 0]
        (s.origin, s.size, s.root), s.old, s.range = checkpoint(note, ring), [o for o in older if o[0].endswith("/" + log)], s.p["kind"] == "range"
        s.last = s.n = s.p["from"] - 1 if s.range else 0; s.peaks = [b64(h) for h in s.p.get("left", [])]; s.seen[s.n] = fold(s.peaks)
        s.n >= 0 and s.p.get("to", 0) >= s.n and len(s.peaks) == bits(s.n) or refuse("proof.json is none")
        if not s.origin.endswith("/" + log) or s.size != s.p["size"]: s.bad.append((no_place, "the proof is of another checkpoint"))
    def take(s, line):  # first where it stands in the tree, then what it says
        o = json.loads(re.fullmatch(LINE % ("" if s.range else f'"proof":{HS},'), line)[0]); pos, leaf = o["position"], b64(o["leaf"])
        if s.range and pos != s.last + 1: s.bad.append((min(pos, s.last + 1), "a line is missing or out of place"))
        if s.range: push(s.peaks, s.n, leaf); s.n += 1; s.seen.update({s.n: fold(s.peaks)} if any(s.n == old[1] for old in s.old) else {})
        elif not s.last < pos <= s.size or walk(pos - 1, s.size - 1, None, leaf, [b64(h) for h in o["proof"]])[1] != s.root: s.bad.append((pos, "the proof does not lead to the root"))
        s.last, e, sealed = pos, b64(o.get("entry", "")), b"\1" + sha(b64(o["sealed"])) if "sealed" in o else bytes(33)
        if o.get("absent") == "other-tenant": s.unread[0] += 1; return
        at = 3 + num(e[1:3]); name = 34 + at + num(e[at + 32:at + 34]); head = b"\1" + len(s.log).to_bytes(2, "big") + s.log.encode() + pos.to_bytes(8, "big")
        if "absent" in o or sha(b"\0" + e) != leaf or e[:at + 8] != head or e[-97:] != sha(b64(o["meta"])) + sha(b64(o["data"])) + sealed: return s.bad.append((pos, "the row is not the one that was signed"))
        s.unread[1 if o.get("key") == "shredded" else 2] += "sealed" in o
        before, s.streams[e[at + 34:name]] = None if s.range else s.streams.get(e[at + 34:name]), num(e[name:name + 8])
        if before is not None and num(e[name:name + 8]) != before + 1: s.bad.append((pos, "a version of its stream is missing before it"))
    def end(s):
        if s.range and s.last != s.p["to"]: s.bad.append((s.last + 1, "the export ends before it should"))
        whole = not s.range or s.n != s.p["to"] or extends(s.n, s.size, fold(s.peaks), s.root, [b64(h) for h in s.p["consistency"]])
        if not whole: s.bad.append((no_place, "the leaves are not those that were signed"))
        proven = lambda size, root: size == (s.p["previous"] or {}).get("size") and extends(size, s.size, root, s.root, [b64(h) for h in s.p["previous"]["hashes"]])
        grown = lambda size, root: root == s.root if size == s.size else root == s.seen[size] if s.range and size in s.seen else root == sha(b"") if size == 0 else proven(size, root)
        if not all(o[0] == s.origin and grown(*o[1:]) for o in s.old): s.bad.append((no_place, "it is not shown to extend the older checkpoint"))
        where, others = "not from {from} to {to}".format(**s.p) if s.range else f"left out about {s.p['about']}", "" if s.old else "; whether others were shown another history"
        print(f"{s.log}: {s.size} signed,", "FIRST BAD POSITION {}: {}".format(*min(s.bad)) if s.bad else "verified", f"\n  cannot be concluded: what came later or was never recorded; what is {where};",
              "what {} events of other tenants, {} shredded and {} sealed payloads say".format(*s.unread) + others)
def members(f):
    while any(h := f.read(512)):
        m = re.fullmatch(HEADER, h) or refuse("this is no export"); size = int(m[2], 8); body = f.read(size + -size % 512)
        int(m[3], 8) == sum(h[:148]) + 256 + sum(h[156:]) and len(body) == size + -size % 512 or refuse("the archive was changed or cut")
        yield re.fullmatch(NAME, m[1].split(b"\0")[0].decode()) or refuse("this is no export"), body[:size]
    len(h) == 512 or refuse("the archive ends early")
def main(path, ring, *files):
    ring = list(keys(ring)); older, logs, seen, log = [checkpoint(open(f, encoding="utf8", newline="").read(), ring) for f in files], [], [None], None
    for name, body in members(open(path, "rb")):
        if name[2] == "checkpoint": note, log = body.decode(), None; seen.append(refuse("a log stands in it twice") if name[1] in seen else name[1])
        elif name[1] and (name[1] != seen[-1] or (log is None) != (name[2] == "proof.json")): refuse("this is no export")
        elif name[2] == "proof.json": logs.append(log := Log(name[1], note, body.decode("ascii"), ring, older))
        elif name[1]: [log.take(line) for line in body.decode("ascii").split("\n")[:None if body[-1:] not in (b"\n", b"") else -1]]
    sys.exit(not (logs and not any([l.end() or l.bad for l in logs]) and all(any(o in l.old for l in logs) for o in older)))
try: main(*sys.argv[1:])
except (ValueError, KeyError, IndexError, TypeError, AttributeError, OSError) as e: sys.exit(f"refused: {e}")
