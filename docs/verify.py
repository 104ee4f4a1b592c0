"""Checks a Waybill export: python3 verify.py export.tar VKEY [older.checkpoint ...]. Standard library and ed25519.py; exit 0 verified, 1 not."""
import base64, functools, hashlib, json, re, sys
from ed25519 import verify
sha, b64, bits = lambda b: hashlib.sha256(b).digest(), lambda s: base64.b64decode(s, validate=True), lambda n: bin(n).count("1")
node, num, no_place = lambda a, b: sha(b"\1" + a + b), lambda b: int.from_bytes(b, "big"), 2**63
def checkpoint(note, vkey):  # c2sp.org/signed-note, c2sp.org/tlog-checkpoint
    (name, kid, key), (text, sigs) = vkey.strip().split("+", 2), note.rsplit("\n\n", 1)
    mine = [b64(s[2])[4:] for s in map(str.split, sigs.strip().split("\n")) if s[1] == name and b64(s[2])[:4].hex() == kid]
    if sha(name.encode() + b"\n" + b64(key))[:4].hex() != kid or not mine or sigs.count("\n") > 16 or not all(verify(b64(key)[1:], s, f"{text}\n".encode()) for s in mine):
        raise ValueError("the checkpoint is not signed by the key")
    return text.split("\n")[0], int(text.split("\n")[1]), b64(text.split("\n")[2])
def push(peaks, size, leaf):  # the frontier of a tree of `size` leaves takes one more
    while size & 1: leaf, size = node(peaks.pop(), leaf), size >> 1
    peaks.append(leaf)
fold = lambda peaks: functools.reduce(lambda root, peak: node(peak, root), peaks[::-1]) if peaks else sha(b"")
def walk(fn, sn, fr, sr, proof):  # RFC 9162 2.1.3.2 and 2.1.4.2 in one: fr is None for an inclusion proof
    for c in proof:
        if sn == 0: return None, None
        if fn & 1 or fn == sn:
            fr, sr = fr and node(c, fr), node(c, sr)
            while not fn & 1 and fn: fn, sn = fn >> 1, sn >> 1
        else: sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return (fr, sr) if sn == 0 else (None, None)
def extends(m, n, rm, rn, proof):
    if m == n or m == 0: return not proof and rm == (rn if m == n else sha(b""))
    proof, fn, sn = ([rm] if bits(m) == 1 else []) + proof, m - 1, n - 1
    while fn & 1: fn, sn = fn >> 1, sn >> 1
    return bool(proof) and m < n and walk(fn, sn, proof[0], proof[0], proof[1:]) == (rm, rn)
class Log:
    def __init__(s, log, note, p, vkey, older):
        s.log, s.p, s.bad, s.seen, s.streams, s.range = log, p, [], {}, {}, p["kind"] == "range"
        (s.origin, s.size, s.root), s.old = checkpoint(note, vkey), [o for o in older if o[0].endswith("/" + log)]
        s.last = s.n = p["from"] - 1 if s.range else 0; s.peaks = [b64(h) for h in p.get("left", [])]; s.seen[s.n] = fold(s.peaks)
        if not s.origin.endswith("/" + log) or s.size != p["size"] or len(s.peaks) != bits(s.n): s.bad.append((no_place, "the proof is of another checkpoint"))
    def take(s, o):  # a line: first where it stands in the tree, then what it says
        pos, leaf = o["position"], b64(o["leaf"])
        if s.range:
            if pos != s.last + 1: s.bad.append((min(pos, s.last + 1), "a line is missing or out of place"))
            push(s.peaks, s.n, leaf); s.n += 1
            if any(s.n == old[1] for old in s.old): s.seen[s.n] = fold(s.peaks)
        elif not s.last < pos <= s.size or walk(pos - 1, s.size - 1, None, leaf, [b64(h) for h in o["proof"]])[1] != s.root:
            s.bad.append((pos, "the proof does not lead to the root"))
        s.last = pos
        if o.get("absent") == "other-tenant": return
        if "absent" in o or "data" not in o: return s.bad.append((pos, "the row is missing or changed"))
        e, sealed = b64(o["entry"]), sha(b64(o["sealed"])) if "sealed" in o else None
        at = 3 + num(e[1:3]); name = 34 + at + num(e[at + 32:at + 34])
        if e[:1] != b"\1" or e[3:at].decode() != s.log or num(e[at:at + 8]) != pos or sha(b"\0" + e) != leaf or e[-97:] != sha(b64(o["meta"])) + sha(
                b64(o["data"])) + (b"\1" + sealed if sealed else bytes(33)): return s.bad.append((pos, "the row is not the one that was signed"))
        before, s.streams[e[at + 34:name]] = s.streams.get(e[at + 34:name]) if not s.range else None, num(e[name:name + 8])
        if before and num(e[name:name + 8]) != before + 1: s.bad.append((pos, "a version of its stream is missing before it"))
    def end(s):
        if s.range and s.last != s.p["to"]: s.bad.append((s.last + 1, "the export ends before it should"))
        if s.range and s.n == s.p["to"] and not extends(s.n, s.size, fold(s.peaks), s.root, [b64(h) for h in s.p["consistency"]]):
            s.bad.append((no_place, "the leaves are not those that were signed"))
        if not all(o[0] == s.origin and (s.seen[o[1]] == o[2] if o[1] in s.seen and s.range else extends(
                o[1], s.size, o[2], s.root, [b64(h) for h in (s.p.get("previous") or {"hashes": []})["hashes"]])) for o in s.old):
            s.bad.append((no_place, "it is not shown to extend the older checkpoint"))
        print(f"{s.log}: {s.size} signed,", "FIRST BAD POSITION {}: {}".format(*min(s.bad)) if s.bad else "verified")
def members(f):
    while any(h := f.read(512)):
        name, size = h[:100].rstrip(b"\0").decode(), int(h[124:135], 8); body = f.read(size + -size % 512)
        if int(h[148:154], 8) != sum(h[:148]) + 256 + sum(h[156:]) or h[156:157] != b"0" or len(body) < size or not re.fullmatch(
                r"README|[a-z]+-\d+/(checkpoint|proof\.json|entries-\d+\.ndjson)", name): raise ValueError("this is no export")
        yield name, body[:size]
    if len(h) < 512: raise ValueError("the archive ends early")
def main(path, vkey, *files):
    older, logs = [checkpoint(open(f, encoding="utf8").read(), vkey) for f in files], []
    for name, body in members(open(path, "rb")):
        folder, file = (name + "/").split("/")[:2]
        if file == "checkpoint": note = body.decode()
        elif file == "proof.json" and not any(l.log == folder for l in logs): logs.append(Log(folder, note, json.loads(body), vkey, older))
        elif file and (not logs or logs[-1].log != folder or file == "proof.json"): raise ValueError("this is no export")
        for line in body.decode("ascii").split("\n")[:-1] if file[:7] == "entries" else []:
            if json.dumps(json.loads(line), separators=(",", ":")) != line: raise ValueError("a line is not spelled as an export spells it")
            logs[-1].take(json.loads(line))
    sys.exit(not (logs and not any([l.end() or l.bad for l in logs]) and all(any(o in l.old for l in logs) for o in older)))
try: main(*sys.argv[1:])
except (ValueError, KeyError, IndexError, TypeError, AttributeError) as e: sys.exit(f"refused: {e}")
