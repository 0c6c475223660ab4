import assert from "node:assert/strict"
import { test } from "node:test"
import { formatWords } from "#offices/lines/words.ts"
import { hex, utf8 } from "#register/bytes.ts"
import { formatProof } from "#register/proof.ts"
import { appendLeaves, edgeRoot, type HashReader, leafHash, proveInclusion, subtreeRoot } from "#register/tree.ts"
import { type SaltedText, textHash } from "#seal/body.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { signRelease } from "#seal/release.ts"
import { publicLine } from "#seal/stamp.ts"
import type { Statement } from "#sheet/findings.ts"
import { formatData, formatSheet, type LineEntry, type SheetData } from "#sheet/form.ts"
import { renderSheet } from "#sheet/readable.ts"
import { examine, verifySheet } from "#sheet/verify.ts"
import { openChance } from "../scripts/fuzz-chance.ts"
import { cosigned, crypto, deskOf, founded, office } from "../scripts/fuzz-office.ts"
import { actBytes, begin, type Entered, enter, LINE, type World } from "../scripts/fuzz-world.ts"

// The office that is fuzzed, whose signatures cost nothing: here everybody may sign whatever a test wants to be signed.

const chance = openChance("sheets of a world in which anything can be signed")
const AT = Date.parse("2027-01-01T06:00:00.000Z") / 1000
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64")
const salted = ({ salt, bytes }: SaltedText) => ({ salt: base64(salt), bytes: base64(bytes) })
const hashOf = (one: SaltedText) => textHash(nodeCrypto, one)
const textOf = (text: string): SaltedText => ({ salt: chance.bytes(32), bytes: utf8(text) })

/** A register as it was at a size: its checkpoint, cosigned at a second after AT by the witnesses that are there. */
type Cosigned = { size: number; after: number; there?: () => boolean }

function registerOf({ entered }: World) {
  const leaves = entered.map(({ entry }) => leafHash(nodeCrypto, entry))
  const grown = appendLeaves(nodeCrypto, { size: 0n, hashes: [] }, leaves)
  const nodes = new Map(grown.completed.map(({ level, index, hash }) => [`${level}/${index}`, hash]))
  const read: HashReader = async (level, index) => nodes.get(`${level}/${index}`) ?? new Uint8Array(32)
  const rootAt = (size: number) =>
    size === leaves.length
      ? Promise.resolve(edgeRoot(nodeCrypto, grown.edge))
      : subtreeRoot(nodeCrypto, 0n, BigInt(size), read)
  return { read, rootAt }
}

/** The data of a sheet of these envelopes of the line, proven in the last of the checkpoints. */
async function dataOf(
  world: World,
  shown: readonly Entered[],
  checkpoints: readonly Cosigned[],
  disclosed: (one: Entered) => readonly SaltedText[] = () => [],
): Promise<SheetData> {
  const { read, rootAt } = registerOf(world)
  const last = checkpoints.length - 1
  const size = BigInt(checkpoints[last]?.size ?? 0)
  const entryOf = async ({ frame, stamp }: Entered) => {
    const hashes = await proveInclusion(nodeCrypto, stamp.index, size, read)
    const tlog = formatProof({ index: stamp.index, hashes, checkpoint: "" }).slice(0, -1)
    return { header: frame.header, stamp: frame.stamp, proof: { checkpoint: last, tlog } }
  }
  const actOf = ({ salt, act }: Entered) => salted({ salt, bytes: act })
  const roll = world.entered.filter(({ stamp }) => stamp.line === publicLine(0))
  const [first, end] = [shown[0]?.stamp.place ?? 1, shown.at(-1)?.stamp.place ?? 1]
  const chain = world.entered.filter(({ stamp: s }) => s.line === LINE && s.place >= first && s.place <= end)
  return {
    ...{ iod: "proof-sheet/v1", template: 2, language: "en", charter: founded.text, line: LINE },
    matter: JSON.parse(Buffer.from(shown.at(-1)?.act ?? []).toString()).record.matter,
    checkpoints: await Promise.all(
      checkpoints.map(async ({ size, after, there }) =>
        cosigned({ size: BigInt(size), root: await rootAt(size) }, BigInt(AT + after), there),
      ),
    ),
    roll: await Promise.all(roll.map(async (one) => ({ ...(await entryOf(one)), act: actOf(one) }))),
    chain: { from: first, hashes: chain.map(({ stamp }) => stamp.header) },
    envelopes: await Promise.all(
      shown.map(
        async (one): Promise<LineEntry> => ({
          ...(await entryOf(one)),
          act: { ...actOf(one), record: null },
          texts: disclosed(one).map(salted),
        }),
      ),
    ),
  }
}

/** What the data say by their own template. */
async function told(data: SheetData): Promise<{ statements: readonly Statement[]; all: readonly Statement[] }> {
  const { statements, claims, unproven } = await examine(crypto, founded, data, formatData(data))
  return { statements, all: [...statements, ...claims, ...unproven] }
}

const valuesOf = (statements: readonly Statement[], code: string, key: string) =>
  statements.filter((one) => one.code === code).map(({ values }) => values[key])
const second = (after: number) => new Date((AT + after) * 1000).toISOString()

const newWorld = () => begin(chance, hashOf)
const SENT = { matter: "44".repeat(32), language: "en", subject: hashOf(textOf("s")), body: hashOf(textOf("b")) }
const BY_TWO = () => {
  let left = 4
  return () => left-- > 0
}

/** A message whose header names the register at this size, with the root that it had, or another. */
async function messageAfter(world: World, size: number, root?: string): Promise<Entered> {
  const named = { size: BigInt(size), root: root ?? hex(await registerOf(world).rootAt(size)) }
  const at = second(65).replace(".000Z", ".500Z")
  const said = { from: "secretariat", line: LINE, act: actBytes("message.sent", SENT) }
  return enter(world, chance, said, { header: { register: named }, stamp: { at } })
}

test("a header was signed after the register was smaller, however late the size that it names was cosigned again", async () => {
  const world = newWorld()
  const size = world.entered.length
  const message = await messageAfter(world, size)
  const all = world.entered.length
  const late: Cosigned[] = [
    { size: size - 2, after: 10 },
    { size, after: 500 },
    { size: all, after: 66 },
  ]
  const data = await dataOf(world, [message], late)
  const { statements, all: said } = await told(data)
  assert.deepEqual(valuesOf(statements, "entered.between", "after"), [second(10)])
  assert.deepEqual(valuesOf(statements, "entered.between", "before"), [second(66)])
  assert.deepEqual(valuesOf(said, "claim.outside", "place"), [], "nobody is accused of a late cosignature")

  // Whoever writes the later second into the readable part is caught.
  const dataText = formatData(data)
  const readable = renderSheet(await examine(crypto, founded, data, dataText), "en")
  assert.equal((await verifySheet(crypto, formatSheet(readable, dataText))).verdict, true)
  const forged = readable.replace(second(10).slice(11, 19), second(500).slice(11, 19))
  assert.notEqual(forged, readable)
  const answer = await verifySheet(crypto, formatSheet(forged, dataText))
  assert.ok(!answer.verdict && answer.reason === "sheet.readable")

  // As an older release wrote it, it is still told apart from a forgery, and what it claimed is not repeated.
  const older: SheetData = { ...data, template: 1 }
  const olderText = formatData(older)
  const olderPart = renderSheet(await examine(crypto, founded, older, olderText), "en")
  assert.ok(olderPart.includes(second(500).slice(11, 19)))
  const again = await verifySheet(crypto, formatSheet(olderPart, olderText))
  assert.ok(again.verdict)
  assert.deepEqual(valuesOf(again.findings.statements, "entered.between", "after"), [second(10)])
})

test("where a state is missing from the smaller register's quorum, only what every quorum had passed is claimed", async () => {
  const world = newWorld()
  const size = world.entered.length
  const message = await messageAfter(world, size)
  const all = world.entered.length
  const of = (...checkpoints: Cosigned[]) => dataOf(world, [message], checkpoints).then(told)
  const after = async (...checkpoints: Cosigned[]) =>
    valuesOf((await of(...checkpoints)).statements, "entered.between", "after")
  const end = { size: all, after: 66 }
  // Two of three states: whichever two stood behind the later size, one of these is among them.
  assert.deepEqual(await after({ size: size - 2, after: 10, there: BY_TWO() }, { size, after: 20 }, end), [second(10)])
  // Without the named checkpoint, or with nothing smaller than it, nothing is known.
  assert.deepEqual(await after({ size: size - 2, after: 10 }, end), [])
  assert.deepEqual(await after({ size, after: 20 }, end), [])
  // A root that the witnesses did not cosign proves nothing, and takes nothing from the envelope.
  const other = newWorld()
  const falsely = await messageAfter(other, size, "ab".repeat(32))
  const data = await dataOf(other, [falsely], [{ size: size - 2, after: 10 }, { size, after: 20 }, end])
  const said = await told(data)
  assert.deepEqual(valuesOf(said.statements, "entered.between", "after"), [])
  assert.equal(valuesOf(said.all, "claim.register", "by")[0], "secretariat")
})

/** The secretariat passes on words of Borealia, with a release that somebody signed. */
function relayed(world: World, { signer = "borealia", body = "the words", to = ["meridia", "secretariat"] } = {}) {
  const [subject, own] = [textOf("subject"), textOf(body)]
  const words = textOf(formatWords({ language: "en", form: "words", subject: "subject", body: "the words" }))
  const terms = { office, id: chance.id(), kind: "message", from: "borealia", to, at: second(1), text: hashOf(words) }
  const release = textOf(signRelease(terms, deskOf(signer)))
  const record = {
    ...{ matter: "55".repeat(32), language: "en", subject: hashOf(subject), body: hashOf(own) },
    ...{ relayed: { attribution: "attributed", from: "borealia" }, release: hashOf(release), words: hashOf(words) },
  }
  const texts = [subject, own, release, words]
  const said = { from: "secretariat", line: LINE, act: actBytes("message.sent", record), texts }
  return { message: enter(world, chance, said), texts, release, words }
}

async function toldOf(given: Parameters<typeof relayed>[1], shown = (texts: SaltedText[]) => texts) {
  const world = newWorld()
  const { message, texts } = relayed(world, given)
  const data = await dataOf(world, [message], [{ size: world.entered.length, after: 1 }], () => shown(texts))
  const { statements } = await told(data)
  return { statements, codes: statements.map(({ code }) => code), data }
}

test("of words that were passed on, a sheet says whose desk released them, to whom, and that they are these", async () => {
  const { statements, codes, data } = await toldOf({})
  const [signed] = statements.filter(({ code }) => code === "release.signed")
  assert.deepEqual(signed?.values, {
    ...{ about: "borealia", key: "borealia-desk-1", readers: "meridia secretariat", at: second(1), roll: "3" },
  })
  assert.ok(codes.includes("release.words") && !codes.includes("act.not-taken"))
  const quotes = statements.map(({ quote }) => quote).filter((quote) => quote !== undefined)
  assert.deepEqual(quotes, ["subject", "the words"], "a note for machines is told and not quoted")
  assert.match(renderSheet(await examine(crypto, founded, data, formatData(data)), "uk"), /дозвіл на передання/i)

  const partly = await toldOf({}, ([, , release]) => (release ? [release] : []))
  assert.ok(partly.codes.includes("release.signed") && partly.codes.includes("release.words-hidden"))
  const hidden = await toldOf({}, () => [])
  assert.ok(hidden.codes.includes("release.hidden") && !hidden.codes.includes("release.signed"))
})

test("a release that another desk signed, for others or for other words, proves nothing and its act counts for nothing", async () => {
  const cases = [
    [{ signer: "meridia" }, "release.signature"],
    [{ to: ["secretariat"] }, "release.mismatch"],
    [{ body: "other words" }, "release.words"],
  ] as const
  for (const [given, reason] of cases) {
    const { statements, codes } = await toldOf({ ...given, to: "to" in given ? [...given.to] : undefined })
    assert.deepEqual(valuesOf(statements, "release.false", "reason"), [reason])
    assert.deepEqual(valuesOf(statements, "act.not-taken", "reason"), [reason])
    assert.ok(!codes.includes("release.signed"))
  }
  // Another release in the place of the one that the act names is no sheet at all.
  const { data } = await toldOf({})
  const [first] = data.envelopes
  const other = textOf("another note")
  const altered = { ...data, envelopes: [{ ...first, texts: [...(first?.texts.slice(0, 2) ?? []), salted(other)] }] }
  await assert.rejects(told(altered as SheetData), { code: "sheet.text" })
})

test("a sheet across a gap names the places that are missing, and nothing can be passed off as one", async () => {
  const world = newWorld()
  for (let i = 0; i < 4; i++)
    enter(world, chance, { from: "secretariat", line: LINE, act: actBytes("line.checked", { matter: LINE }) })
  const size = world.entered.length
  const line = world.entered.filter(({ stamp }) => stamp.line === LINE)
  const at = (...places: number[]) => places.flatMap((place) => line[place - 1] ?? [])
  const of = (...places: number[]) => dataOf(world, at(...places), [{ size, after: 1 }])
  const hashes = (from: number, until: number) => line.slice(from - 1, until).map(({ stamp }) => stamp.header)
  const plain = await of(3, 4, 7, 9)
  const gap: SheetData = {
    ...plain,
    chain: { from: 3, hashes: hashes(3, 4) },
    behind: [{ from: 7, hashes: hashes(7, 9) }],
  }
  const findings = await examine(crypto, founded, gap, formatData(gap))
  assert.deepEqual([findings.missing, findings.extract], [["5–6"], true])
  for (const language of ["en", "uk", "ru"] as const) {
    const text = renderSheet(findings, language)
    assert.match(text, /EXTRACT · ВИТЯГ · ВЫПИСКА/)
    assert.match(text, /PLACES MISSING · БРАКУЄ МІСЦЬ · НЕ ХВАТАЕТ МЕСТ: 5–6\n/)
  }
  assert.deepEqual(findings.unproven.at(-1), { code: "not.missing", values: { places: "5–6" } })

  const refused: [string, SheetData][] = [
    ["a hash before the gap that no stamp holds", { ...gap, chain: { from: 3, hashes: hashes(3, 5) } }],
    ["a hash behind the gap that no stamp holds", { ...gap, behind: [{ from: 6, hashes: hashes(6, 9) }] }],
    ["another hash behind the gap", { ...gap, behind: [{ from: 7, hashes: ["ab".repeat(32), ...hashes(8, 9)] }] }],
    ["another hash further behind", { ...gap, behind: [{ from: 7, hashes: hashes(7, 8).concat("ab".repeat(32)) }] }],
    ["places in another order", { ...gap, chain: gap.behind?.[0] ?? gap.chain, behind: [gap.chain] }],
    ["a part that overlaps", { ...gap, behind: [{ from: 4, hashes: hashes(4, 9) }] }],
    ["an envelope of the missing places", { ...gap, envelopes: (await of(3, 4, 5, 7, 9)).envelopes }],
    [
      "a gap where the line goes on",
      {
        ...plain,
        envelopes: (await of(3, 4, 5, 7, 9)).envelopes,
        chain: { from: 3, hashes: hashes(3, 4) },
        behind: [{ from: 5, hashes: hashes(5, 9) }],
      },
    ],
    ["a gap in template 1's manner", { ...plain, chain: { from: 3, hashes: [...hashes(3, 4), ...hashes(7, 9)] } }],
  ]
  for (const [what, data] of refused) await assert.rejects(told(data), { code: "sheet.order" }, what)
})

test("where no place is missing and the heads still do not follow, the sheet says that this is evidence", async () => {
  const world = newWorld()
  const [last] = world.entered.slice(-1)
  const said = { from: "secretariat", line: LINE, act: actBytes("line.checked", { matter: LINE }) }
  const lied = enter(world, chance, said, { stamp: { head: "cd".repeat(32) } })
  assert.ok(last)
  const data = await dataOf(world, [last, lied], [{ size: world.entered.length, after: 1 }])
  const envelopes = data.envelopes.map((one, i) => (i === 0 ? { ...one, act: null } : one))
  const [from, before, behind] = [last.stamp.place, last.stamp.header, lied.stamp.header]
  const split: SheetData = {
    ...{ ...data, envelopes, chain: { from, hashes: [before] } },
    behind: [{ from: from + 1, hashes: [behind] }],
  }
  const { all } = await told(split)
  assert.deepEqual(valuesOf(all, "claim.heads", "until"), [String(from + 1)])
  assert.deepEqual(valuesOf(all, "not.missing", "places"), [])
  await assert.rejects(told({ ...data, envelopes }), { code: "sheet.order" })
})
