import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Archive, openArchive } from "#desk/archive.ts"
import { TransitFault } from "#desk/arrival.ts"
import { openBook } from "#desk/book.ts"
import { openEvidence } from "#desk/evidence.ts"
import { inspect } from "#desk/inspect.ts"
import { openLineHeads } from "#desk/line-heads.ts"
import { rebuild } from "#desk/rebuild.ts"
import { rules } from "#offices/index.ts"
import { VerificationError } from "#register/error.ts"
import { textHash } from "#seal/body.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { publicLine, signLineHead } from "#seal/stamp.ts"
import { type Frame, formatFrame, frameReader } from "#seal/wire.ts"
import { manualClock } from "../src/clock.ts"
import { act } from "./fuzz-acts.ts"
import { type Chance, openChance, registerSize, wholeNumber } from "./fuzz-chance.ts"
import { joined } from "./fuzz-change.ts"
import { crypto, founded, joining, NAMES, office, registry } from "./fuzz-office.ts"
import { bytesOf } from "./fuzz-register.ts"
import { type Parser, REFUSED } from "./fuzz-run.ts"
import { sealed } from "./fuzz-sealed.ts"
import { begin, copyOf, enter, LINE, type Said, type World } from "./fuzz-world.ts"

// Files of evidence are written on every other input: memory is fast, and the folder is emptied again and again.
const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "iod-fuzz-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))

const clock = manualClock(Date.parse("2027-01-01T06:00:00.000Z"))
const delegation = "meridia"
const [mine] = sealed.identities
/** The register that the desk of this parser holds at the beginning of every input. */
export const world: World = begin(openChance("a world that every input goes on from"), (text) =>
  textHash(nodeCrypto, text),
)

let clean = -1

/** A desk's book over `archive`, with evidence and line heads as in a desk. */
async function bookOver(archive: Archive) {
  const evidence = openEvidence(archive, clock, folder, () => undefined)
  const ground = {
    archive,
    clock,
    crypto,
    delegation,
    evidence,
    founded,
    office,
    registryKey: registry.key,
    versions: rules,
  }
  const lineHeads = openLineHeads({ ...ground, next: () => BigInt(archive.meta("next") ?? 0) })
  const book = await openBook({
    ...ground,
    identity: () => mine,
    entered: () => lineHeads.passed("mail"),
    checkpoint: () => lineHeads.passed("checkpoint"),
    lineHead: lineHeads.heard,
  })
  return { book, evidence, lineHeads }
}

const archive = await openArchive(":memory:")
let open = await bookOver(archive)
await open.book.takeIn(world.entered.map(({ frame }) => frame))
if (archive.meta("next") !== String(world.entered.length)) throw new Error("the world that is fuzzed is not taken in")
const kept = archive.db.serialize()
await putBack()

/** Whether anything was written since the archive was put back. */
function isChanged(): boolean {
  return Number(archive.db.prepare("SELECT total_changes() AS n").get()?.n) !== clean
}

/** The archive as it was before the last input. */
async function putBack(): Promise<void> {
  archive.sql.clear()
  archive.db.deserialize(kept)
  open = await bookOver(archive)
  clean = Number(archive.db.prepare("SELECT total_changes() AS n").get()?.n)
}

/** What a hostile author or registry writes next. */
function said(chance: Chance): Said {
  if (chance.once(4)) {
    const { by, line, act: one } = joining[chance.below(joining.length)] ?? joining[0] ?? { by: "", line: 0, act: {} }
    const bytes = chance.once(3) ? chance.bytes(50) : Buffer.from(JSON.stringify(one))
    return {
      from: chance.once(3) ? chance.of(NAMES) : by,
      line: publicLine(chance.once(5) ? chance.below(256) : line),
      act: bytes,
    }
  }
  const { act: text, texts } = act(chance)
  const from = chance.of(["secretariat", "meridia"] as const)
  const aimed = text.replaceAll(`${"0".repeat(60)}1000`, LINE).replaceAll(`${"0".repeat(60)}2000`, "11".repeat(32))
  const bytes = Buffer.from(aimed.slice(0, 1 << 20))
  return { from, line: chance.once(9) ? chance.id() : LINE, act: bytes, texts, spoilt: true }
}

/** What does not follow from what was before, by whoever signs it. */
function over(chance: Chance): Parameters<typeof enter>[3] {
  if (!chance.once(3)) return {}
  const header = {
    seen: { place: wholeNumber(chance), head: chance.id() },
    serial: 2 + chance.below(5),
    register: { size: registerSize(chance), root: chance.id() },
  }
  const stamp = {
    place: wholeNumber(chance),
    index: registerSize(chance),
    head: chance.id(),
    at: chance.of(["0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"]),
  }
  const one = <T extends object>(all: T) => Object.fromEntries(Object.entries(all).filter(() => chance.once(4)))
  return { header: one(header), stamp: one(stamp) }
}

/** A mail stream as the desk takes it in; with `checked`, its archive is folded and inspected afterwards. */
export async function takeIn(stream: Uint8Array, checked: boolean): Promise<unknown> {
  if (isChanged()) await putBack()
  const { book, evidence, lineHeads } = open
  try {
    await book.takeIn(frameReader()(stream))
  } finally {
    lineHeads.close()
    if (checked) await checkArchive()
  }
  if (checked && evidence.distrusted()) {
    // Two officers let it go on: what waited for them is taken in or left out, and that may spoil nothing either.
    for (const officer of ["one", "two"]) evidence.resume(officer)
    await book.resumed()
    await checkArchive()
  }
  return isChanged() ? archive : REFUSED
}

const books: Parser = {
  name: "book",
  most: 4 << 20,
  make(chance) {
    const next = copyOf(world)
    const frames: Frame[] = Array.from(
      { length: 1 + chance.below(3) },
      () => enter(next, chance, said(chance), over(chance)).frame,
    )
    if (chance.once(6)) {
      const head = {
        line: chance.once(2) ? LINE : chance.id(),
        place: chance.below(9),
        head: chance.id(),
        size: registerSize(chance),
      }
      frames.unshift({
        kind: "line-head",
        note: signLineHead({ office, ...head, at: "2027-01-01T06:00:00.000Z" }, registry),
      })
    }
    if (chance.once(10)) frames.push(frames[0] ?? { kind: "quiet" })
    return joined(...frames.map(formatFrame))
  },
  // Folding everything again costs many times the input.
  read: (input) => takeIn(bytesOf(input), input.length % 32 === 0),
  documented: (error) => error instanceof VerificationError || error instanceof TransitFault,
  tidy() {
    for (const file of readdirSync(join(folder, "evidence"))) rmSync(join(folder, "evidence", file))
  },
}

/** Whatever was taken in, the archive folds to the same states again, and nothing in it accuses its own desk. */
async function checkArchive(): Promise<void> {
  if (!isChanged()) return
  const { different } = await rebuild(archive, crypto, founded)
  if (different > 0) throw new Error(`${different} states differ when the archive is folded again`)
  const findings = await inspect(archive, crypto, founded)
  if (findings.length > 0) throw new Error(`an honest archive is called changed: ${JSON.stringify(findings[0])}`)
}

/** The parser of a whole mail stream: a desk's book. */
export const BOOK_PARSERS: readonly Parser[] = [books]
