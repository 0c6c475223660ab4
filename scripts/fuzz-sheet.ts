import { formatProof } from "#register/proof.ts"
import { appendLeaves, edgeRoot, type HashReader, leafHash, proveInclusion } from "#register/tree.ts"
import { type SaltedText, textHash } from "#seal/body.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { publicLine } from "#seal/stamp.ts"
import { formatData, formatSheet, type LineEntry, type RollEntry, type SheetData } from "#sheet/form.ts"
import { renderSheet } from "#sheet/readable.ts"
import { examine, verifySheet } from "#sheet/verify.ts"
import { type Chance, openChance } from "./fuzz-chance.ts"
import { changed, strangeValue } from "./fuzz-change.ts"
import { cosigned, crypto, founded } from "./fuzz-office.ts"
import { type Parser, REFUSED } from "./fuzz-run.ts"
import { begin, type Entered, LINE, MATTER } from "./fuzz-world.ts"

const TIME = BigInt(Date.parse("2027-01-01T06:00:01.000Z") / 1000)
const world = begin(openChance("a world that sheets are written of"), (text) => textHash(nodeCrypto, text))
const leaves = world.entered.map(({ entry }) => leafHash(nodeCrypto, entry))
const grown = appendLeaves(nodeCrypto, { size: 0n, hashes: [] }, leaves)
const nodes = new Map(grown.completed.map(({ level, index, hash }) => [`${level}/${index}`, hash]))
const read: HashReader = async (level, index) => nodes.get(`${level}/${index}`) ?? new Uint8Array(32)
const size = BigInt(leaves.length)

const salted = ({ salt, bytes }: SaltedText) => ({
  salt: Buffer.from(salt).toString("base64"),
  bytes: Buffer.from(bytes).toString("base64"),
})

async function enteredEntry({ frame, stamp }: Entered) {
  const hashes = await proveInclusion(nodeCrypto, stamp.index, size, read)
  const tlog = formatProof({ index: stamp.index, hashes, checkpoint: "" }).slice(0, -1)
  return { header: frame.header, stamp: frame.stamp, proof: { checkpoint: 0, tlog } }
}

/** How much of the line a sheet has; across a gap its desk lacks the acknowledgement. */
type Part = "whole" | "extract" | "gap"

/** The sheet of the message on the line, with so much of the line in it and its texts as far as `disclosed`. */
async function sheet(language: SheetData["language"], disclosed: boolean, part: Part): Promise<SheetData> {
  const checkpoint = cosigned({ size, root: edgeRoot(nodeCrypto, grown.edge) }, TIME)
  const public0 = world.entered.filter(({ stamp }) => stamp.line === publicLine(0))
  const onLine = world.entered.filter(({ stamp }) => stamp.line === LINE)
  const shown = onLine.filter(({ stamp }) => part === "whole" || stamp.place > (part === "gap" ? 1 : 2))
  if (part === "gap") shown.splice(2, 1)
  const roll: RollEntry[] = await Promise.all(
    public0.map(async (one) => ({ ...(await enteredEntry(one)), act: salted({ salt: one.salt, bytes: one.act }) })),
  )
  const envelopes: LineEntry[] = await Promise.all(
    shown.map(async (one) => {
      const list = Buffer.from(one.act).includes('"list"')
      const texts = one.texts.filter(({ bytes }) => bytes[0] !== 0x7b)
      return {
        ...(await enteredEntry(one)),
        act: {
          ...salted({ salt: one.salt, bytes: one.act }),
          record: list && one.texts[0] ? salted(one.texts[0]) : null,
        },
        texts: disclosed ? texts.map(salted) : [],
      }
    }),
  )
  const from = shown[0]?.stamp.place ?? 1
  const hashes = shown.map(({ stamp }) => stamp.header)
  const behind = part === "gap" ? { behind: [{ from: from + 3, hashes: hashes.splice(2) }] } : {}
  return {
    ...{
      iod: "proof-sheet/v1",
      template: part === "extract" ? 1 : 2,
      language,
      charter: founded.text,
      line: LINE,
      matter: MATTER,
    },
    checkpoints: [checkpoint],
    roll,
    chain: { from, hashes },
    ...behind,
    envelopes,
  }
}

/** Whole sheets that verify. */
const good = await Promise.all(
  (["en", "uk", "ru"] as const).flatMap((language, i) =>
    (["whole", "extract", "gap"] as const).map(async (part) => {
      const data = await sheet(language, i !== 1, part)
      const dataText = formatData(data)
      return { data, readable: renderSheet(await examine(crypto, founded, data, dataText), language), dataText }
    }),
  ),
)

type Branch = Record<string, unknown> | unknown[]

/** One place in the data, chosen by chance from the top down. */
function place(data: SheetData, chance: Chance): { parent: Branch; key: string } {
  let at: { parent: Branch; key: string } = { parent: {}, key: "" }
  let now: unknown = data
  while (typeof now === "object" && now !== null) {
    const keys = Object.keys(now)
    const key = keys[chance.below(keys.length)]
    if (key === undefined) break
    at = { parent: now as Branch, key }
    now = (now as Record<string, unknown>)[key]
    if (chance.once(12)) break
  }
  return at
}

/** The data with one change to one value of it, or two values that changed places. */
function altered(data: SheetData, chance: Chance): void {
  const { parent, key } = place(data, chance)
  const values = parent as Record<string, unknown>
  const value = values[key]
  const other = place(data, chance)
  const way = chance.below(5)
  if (Array.isArray(parent) && chance.once(2)) {
    if (way < 2) parent.splice(Number(key), 1)
    else parent.splice(chance.below(parent.length + 1), 0, structuredClone(value))
  } else if (typeof value === "string" && way < 3) values[key] = changed(value, "", chance, 1 << 20)
  else if (way === 3) values[key] = structuredClone((other.parent as Record<string, unknown>)[other.key])
  else if (key !== "") values[key] = strangeValue(chance, 2)
}

const sheets: Parser = {
  name: "sheet",
  most: 1 << 22,
  unchanged: true,
  make(chance) {
    const one = good[chance.below(good.length)]
    if (!one) return ""
    if (chance.once(4)) return changed(formatSheet(one.readable, one.dataText), "", chance, 1 << 22)
    const data = structuredClone(one.data)
    for (let i = chance.below(3); i >= 0 && !chance.once(9); i--) altered(data, chance)
    return formatSheet(one.readable, formatData(data))
  },
  async read(input) {
    const answer = await verifySheet(crypto, input)
    if (answer.findings) for (const language of ["en", "uk", "ru"] as const) renderSheet(answer.findings, language)
    return answer.verdict ? answer : REFUSED
  },
}

/** The parser of proof sheets. */
export const SHEET_PARSERS: readonly Parser[] = [sheets]
