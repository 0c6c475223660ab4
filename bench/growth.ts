import { randomBytes } from "node:crypto"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import type { Desk } from "#desk/open.ts"
import { parseCheckpoint } from "#register/checkpoint.ts"
import { parseNote } from "#register/note.ts"
import { tileReader } from "#register/tile-reader.ts"
import { proveInclusion } from "#register/tree.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { programFolder } from "../src/cli/exercise/found.ts"
import { type Office, openOffice } from "../test/office.ts"
import { message } from "./exercise.ts"
import { atMost, beside, type Figure, median, timed } from "./figure.ts"
import { fillTo } from "./filling.ts"

const SMALL = 1000
const LARGE = 100_000
const ACTS = 60
const PAGES = 40
const PROOFS = 40
const PAGE = 100
const FROM = "secretariat"
const TO = "icrc"

type Costs = { act: number; page: number; quiet: number; status: number; proof: number }

/** An act's whole road, a page of a line and a proof, with a thousand entries in the register and with 100,000. */
export async function measureGrowth(): Promise<Figure[]> {
  const quiet = { purpose: "quiet", members: [TO, FROM], proposer: FROM }
  await using office = await openOffice({ plan: { desks: [FROM, TO], witnesses: ["austria"], lines: [quiet] } })
  await fill(office, SMALL)
  const small = await costs(office)
  await fill(office, LARGE)
  const large = await costs(office)
  const ratio = (name: string, of: keyof Costs, what: string) => [
    atMost(`core.growth.${name}`, large[of] / small[of], 2, {
      unit: "times",
      how: `${what}: median with ${LARGE} entries in the register, all of them messages of one line, against ${SMALL}`,
    }),
    beside(`core.growth.${name}.time`, large[of], { unit: "ms", how: `with ${LARGE} entries` }),
  ]
  return [
    ...ratio("act", "act", `${ACTS} messages from the door of one desk to the book of the other`),
    ...ratio("line-page", "page", `${PAGE} messages and ${PAGE} envelopes of the line, as a screen asks for them`),
    ...ratio("quiet-page", "quiet", "the same of a line with few messages"),
    ...ratio("proof", "proof", "the proof of a random entry, with nothing but the checkpoint at hand"),
    beside("core.growth.lines", large.status / small.status, {
      unit: "times",
      how: `all lines of a desk with what is unread on each, every message unread, ${LARGE} against ${SMALL}: ${large.status.toFixed(1)} ms`,
    }),
  ]
}

async function fill(office: Office, size: number): Promise<void> {
  const desk = office.desk(FROM)
  const line = desk.views.lines().find((l) => l.purpose === "secretariat")?.id ?? ""
  const filling = { office: desk.founded.office, line, by: FROM, to: TO, database: office.postgres.connectionOptions }
  for (const name of [FROM, TO]) await office.closeDesk(name)
  await office.closeRegistry()
  const archives = [FROM, TO].map((name) => ({
    path: join(programFolder(office.data, "desk", name), "desk.sqlite"),
    own: name === FROM,
  }))
  await fillTo(size, filling, archives)
  await office.reopenRegistry()
  for (const name of [FROM, TO]) await indexed(await office.reopenDesk(name))
}

/** An archive that was filled past its index makes it in the background, once. */
async function indexed(desk: Desk): Promise<void> {
  for (;;) {
    const answer = desk.search({ q: "anything" })
    if ("refused" in answer) throw new Error(`the search refused: ${answer.refused}`)
    if (answer.filling === null) return
    await setTimeout(100)
  }
}

async function costs(office: Office): Promise<Costs> {
  const [from, to] = [office.desk(FROM), office.desk(TO)]
  const lines = from.views.lines()
  const busy = lines.find((l) => l.purpose === "secretariat")?.id ?? ""
  const quiet = lines.find((l) => l.purpose === "quiet")?.id ?? ""
  for (let i = 0; i < 10; i++) await actTime(from, to, quiet)
  const acts: number[] = []
  for (let i = 0; i < ACTS; i++) acts.push(await actTime(from, to, busy))
  const page = (line: string) => () => {
    to.views.messages({ line, limit: PAGE })
    to.views.envelopes(line, undefined, PAGE)
  }
  return {
    act: median(acts),
    page: await medianOf(PAGES, page(busy)),
    quiet: await medianOf(PAGES, page(quiet)),
    status: await medianOf(PAGES, () => to.views.lines()),
    proof: await medianOf(PROOFS, () => proveRandom(office.registry.url)),
  }
}

async function medianOf(times: number, work: () => unknown): Promise<number> {
  const all: number[] = []
  for (let i = 0; i < times; i++) all.push(await timed(work))
  return median(all)
}

async function actTime(from: Desk, to: Desk, line: string): Promise<number> {
  const matter = randomBytes(32).toHex()
  const arrived = Promise.withResolvers<number>()
  const done = new AbortController()
  to.live.watch((event) => {
    if (event.kind === "entered" && event.entered.some((e) => e.matter === matter)) arrived.resolve(performance.now())
  }, done.signal)
  const began = performance.now()
  const handed = from.door.hand(message(line, matter, "Crew of four, unarmed."), { officer: null })
  if ("refused" in handed) throw new Error(`the door refused: ${handed.refused}`)
  const took = (await arrived.promise) - began
  done.abort()
  return took
}

async function proveRandom(registry: string): Promise<void> {
  const fetched = async (path: string) => new Uint8Array(await (await fetch(`${registry}/${path}`)).arrayBuffer())
  const { size, root } = parseCheckpoint(parseNote(await fetched("checkpoint")).text)
  const reader = tileReader(nodeCrypto, { size, root }, fetched)
  await proveInclusion(nodeCrypto, BigInt(Math.floor(Math.random() * Number(size))), size, reader)
}
