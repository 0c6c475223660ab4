import { fromBase64 } from "#register/bytes.ts"
import { formatCheckpoint } from "#register/checkpoint.ts"
import { VerificationError } from "#register/error.ts"
import { openCheckpoint } from "#register/log.ts"
import {
  formatNote,
  formatVerifierKey,
  parseNote,
  parseSignatureLines,
  parseVerifierKey,
  verifiedKeys,
} from "#register/note.ts"
import { evaluatePolicy, formatPolicy, parsePolicy } from "#register/policy.ts"
import { formatProof, parseProof, verifyProof } from "#register/proof.ts"
import { tileReader } from "#register/tile-reader.ts"
import { decodeBundle, encodeBundle, formatTilePath, newTiles, openBundle, parseTilePath } from "#register/tiles.ts"
import {
  appendLeaves,
  type HashReader,
  leafHash,
  parseHash,
  parseU63,
  proveSubtreeConsistency,
  subtreeRoot,
  type TreeHead,
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
} from "#register/tree.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { type Chance, name, numberText, registerSize, words } from "./fuzz-chance.ts"
import { changed, type Input, joined } from "./fuzz-change.ts"
import { checkpoint, crypto, log, policy, registry } from "./fuzz-office.ts"
import { type Parser, same } from "./fuzz-run.ts"

/** The text of an input that a program reads as one. */
export function textOf(input: Input): string {
  return typeof input === "string" ? input : Buffer.from(input).toString()
}

/** The bytes of an input. */
export function bytesOf(input: Input): Uint8Array {
  return typeof input === "string" ? Buffer.from(input) : input
}

/** A signature line of somebody's. */
export function signatureLine(chance: Chance): string {
  const who = chance.once(2) ? registry.key : { name: name(chance), id: chance.bytes(4) }
  const signature = joined(who.id, chance.bytes(chance.of([0, 1, 8, 64, 72, 2428])))
  return `— ${who.name} ${signature.toBase64()}\n`
}

const lines = (chance: Chance, most: number, line: () => string) =>
  Array.from({ length: chance.below(most + 1) }, line).join("")

const note: Parser = {
  name: "note",
  make: (chance) =>
    `${lines(chance, 5, () => `${chance.once(9) ? words(chance) : chance.id()}\n`)}x\n\n${lines(chance, 3, () => signatureLine(chance))}`,
  async read(input) {
    const parsed = parseNote(input)
    same(formatNote(parsed), textOf(input))
    await verifiedKeys(crypto, parsed, [registry.key])
  },
}

const signatureLines: Parser = {
  name: "signature-lines",
  make: (chance) => signatureLine(chance) + lines(chance, 8, () => signatureLine(chance)),
  read(input) {
    const text = textOf(input)
    same(formatNote({ text: "", signatures: parseSignatureLines(text) }).slice(1), text)
  },
}

const KEYS = [registry.key, ...log.keys, ...policy.witnesses.map((witness) => witness.key)] as const

const verifierKeys: Parser = {
  name: "verifier-key",
  make: (chance) => formatVerifierKey(chance.of([registry.key, ...KEYS])),
  read(input) {
    const text = textOf(input)
    same(formatVerifierKey(parseVerifierKey(nodeCrypto, text)), text)
  },
}

const checkpoints: Parser = {
  name: "checkpoint",
  make: (chance) => checkpoint(chance, registerSize(chance), chance.bytes(32)),
  async read(input) {
    const { note: opened, ...head } = await openCheckpoint(crypto, input, log)
    const first = opened.text.split("\n", 3).join("\n")
    same(formatCheckpoint(head), `${first}\n`)
    await evaluatePolicy(crypto, policy, opened)
  },
}

const policies: Parser = {
  name: "policy",
  make(chance) {
    const text = formatPolicy(policy)
    if (chance.once(2)) return text
    const some = Array.from({ length: chance.below(6) }, () => `w${chance.below(8)}`)
    const group = `group ${name(chance)} ${chance.of(["any", "all", numberText(chance)])} ${some.join(" ")}\n`
    return text.replace("quorum", `${group}# ${words(chance).replaceAll("\n", "")}\nquorum`)
  },
  read(input) {
    const parsed = parsePolicy(nodeCrypto, input)
    const written = formatPolicy(parsed)
    same(formatPolicy(parsePolicy(nodeCrypto, written)), written)
  },
}

/** A tree of a few hundred leaves, with its tiles, that every input about trees is made from. */
const SIZE = 600n
const entries = Array.from({ length: Number(SIZE) }, (_, i) => Buffer.from(`entry ${i}`))
const leaves = entries.map((entry) => leafHash(nodeCrypto, entry))
const { completed } = appendLeaves(nodeCrypto, { size: 0n, hashes: [] }, leaves)
const nodes = new Map(completed.map(({ level, index, hash }) => [`${level}/${index}`, hash]))
const plainReader: HashReader = async (level, index) =>
  nodes.get(`${level}/${index}`) ?? Promise.reject(new VerificationError("tree.size", "a hash outside the tree"))
export const tree: TreeHead = { size: SIZE, root: await subtreeRoot(nodeCrypto, 0n, SIZE, plainReader) }
const tiles = new Map<string, Uint8Array>()
for (const tile of newTiles(0n, SIZE)) {
  const level = Number(tile.level) * 8
  const first = Number(tile.index) * 256
  const hashes = Array.from({ length: tile.width }, (_, i) => plainReader(level, BigInt(first + i)))
  tiles.set(formatTilePath(tile), joined(...(await Promise.all(hashes))))
}

/** Good proofs that subtrees are parts of the tree, written as below. */
export const goodProofs = await Promise.all(
  [
    [0, 1],
    [599, 600],
    [512, 513],
    [0, 256],
    [0, 599],
    [256, 512],
    [512, 600],
    [64, 68],
    [300, 301],
  ].map(async ([start = 0, end = 0]) => {
    const proof = await proveSubtreeConsistency(nodeCrypto, BigInt(start), BigInt(end), SIZE, plainReader)
    const part = await subtreeRoot(nodeCrypto, BigInt(start), BigInt(end), plainReader)
    return { start: BigInt(start), end: BigInt(end), part, hashes: proof }
  }),
)

const proofs: Parser = {
  name: "proof",
  make(chance) {
    const hashes = Array.from({ length: chance.below(chance.once(20) ? 70 : 12) }, () => chance.bytes(32))
    const extra = chance.once(3) ? { extra: chance.bytes(chance.below(40)) } : {}
    // One leaf is its own tree: a proof that leads somewhere without any hash.
    const led = chance.once(2) ? undefined : goodProofs[chance.below(goodProofs.length)]
    const found = led ?? { start: registerSize(chance), hashes }
    const head = led ? tree : { size: registerSize(chance), root: chance.bytes(32) }
    return formatProof({
      index: found.start,
      hashes: found.hashes,
      checkpoint: checkpoint(chance, head.size, head.root),
      ...extra,
    })
  },
  async read(input) {
    const proof = parseProof(input)
    same(formatProof(proof), textOf(input))
    await verifyProof(crypto, proof, entries[Number(proof.index % SIZE)] ?? new Uint8Array(), log, policy)
  },
}

/** `start`, `end`, `size`, the subtree's root, the root and the hashes of a proof, one a line. */
const treeProofs: Parser = {
  name: "tree-proof",
  make(chance) {
    const good = chance.once(3) ? undefined : goodProofs[chance.below(goodProofs.length)]
    if (good) {
      const { start, end, part, hashes } = good
      return [start, end, SIZE, ...[part, tree.root, ...hashes].map((hash) => hash.toBase64())].join("\n")
    }
    const numbers = [registerSize(chance), registerSize(chance), registerSize(chance)].map(String)
    const hashes = Array.from({ length: 2 + chance.below(12) }, () => chance.bytes(32).toBase64())
    return [...numbers, ...hashes].join("\n")
  },
  read(input) {
    const [start = "", end = "", size = "", ...hashes] = textOf(input).split("\n")
    const [from, to, whole] = [start, end, size].map((text) => parseU63(text, "proof.malformed"))
    const [part = new Uint8Array(), root = new Uint8Array(), ...proof] = hashes.map((hash) =>
      parseHash(hash, "proof.malformed"),
    )
    const head = { size: whole ?? 0n, root }
    refusable(() => verifyInclusion(nodeCrypto, from ?? 0n, part, head, proof))
    refusable(() => verifyConsistency(nodeCrypto, { size: to ?? 0n, root: part }, head, proof))
    verifySubtreeConsistency(nodeCrypto, from ?? 0n, to ?? 0n, part, head, proof)
  },
}

/** Runs what may refuse; whatever else it throws is thrown on. */
function refusable(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error
  }
}

const tilePaths: Parser = {
  name: "tile-path",
  make: (chance) =>
    formatTilePath({
      level: chance.once(3) ? "entries" : chance.below(64),
      index: registerSize(chance),
      width: chance.once(2) ? 256 : 1 + chance.below(255),
    }),
  read(input) {
    const path = textOf(input)
    same(formatTilePath(parseTilePath(path)), path)
  },
}

const bundles: Parser = {
  name: "bundle",
  most: 256 * 65_537,
  make(chance) {
    const width = 1 + chance.below(chance.once(10) ? 256 : 8)
    const own = chance.once(2)
      ? entries.slice(0, width)
      : Array.from({ length: width }, () => chance.bytes(chance.below(60)))
    return joined(Uint8Array.of(width - 1), encodeBundle(own))
  },
  async read(input) {
    const [width = 0, ...rest] = [bytesOf(input)[0]]
    const bytes = bytesOf(input).subarray(1 + rest.length)
    same(encodeBundle(decodeBundle(bytes, width + 1)), bytes)
    await openBundle(nodeCrypto, { level: "entries", index: 0n, width: width + 1 }, bytes, plainReader)
  },
}

/** One tile of the tree, changed: first the number of the tile, then its bytes. */
const hostileTiles: Parser = {
  name: "tiles",
  make(chance) {
    const paths = [...tiles.keys()]
    const which = chance.below(paths.length)
    const bytes = tiles.get(paths[which] ?? "") ?? new Uint8Array()
    return joined(Uint8Array.of(which), bytesOf(chance.once(3) ? bytes : changed(bytes, "", chance, 20_000)))
  },
  unchanged: true,
  async read(input) {
    const [which = 0] = bytesOf(input)
    const altered = [...tiles.keys()][which]
    const read = tileReader(nodeCrypto, tree, async (path) => {
      if (path === altered) return bytesOf(input).subarray(1)
      return tiles.get(path) ?? new Uint8Array()
    })
    const place = BigInt(which * 256) % SIZE
    const leaf = await read(0, place)
    if (Buffer.compare(leaf, leaves[Number(place)] ?? new Uint8Array()) !== 0)
      throw new Error("a false hash was believed")
  },
}

const base64s: Parser = {
  name: "base64",
  make: (chance) => chance.bytes(chance.below(50)).toBase64(),
  read: (input) => same(fromBase64(textOf(input)).toBase64(), textOf(input)),
}

/** The parsers of the register's formats. */
export const REGISTER_PARSERS: readonly Parser[] = [
  ...[note, signatureLines, verifierKeys, checkpoints, policies, proofs, treeProofs],
  ...[tilePaths, bundles, hostileTiles, base64s],
]
