import { randomBytes } from "node:crypto"
import { Agent, request } from "node:http"
import pg from "pg"
import { utf8 } from "#register/bytes.ts"
import { parseNote } from "#register/note.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { newPairSeeds, noteSigner } from "#seal/node/keys.ts"
import { formatPosted, type Posted, parseAnswers } from "#seal/wire.ts"
import { type Author, messageAct } from "./author.ts"
import { atLeast, beside, type Figure, median, rateOf } from "./figure.ts"
import { type Ground, openGround } from "./ground.ts"
import { openModule } from "./program.ts"

const SENDERS = [
  { count: 1, each: 240 },
  { count: 8, each: 150 },
  { count: 64, each: 50 },
]
const ROUNDS = 3
const FLOOR = 0.8

/** Envelopes of one sender, made before the clock runs, with the request that carries each. */
type Prepared = { posted: Posted; bytes: Uint8Array }
type Part = "checks" | "stamp" | "exchange" | "insert"
type Round = { rate: number; group: number; parts: Record<Part, number> }

/** The registry's intake over HTTP, against its unavoidable parts, each measured alone right after. */
export async function measureIntake(): Promise<Figure[]> {
  const names = Array.from({ length: 64 }, (_, i) => `delegation-${i}`)
  await using ground = await openGround(["secretariat", ...names])
  await using bare = await openModule("./bare-server.ts")
  const secretariat = await ground.join("secretariat")
  const writers: Writer[] = []
  for (const name of names) writers.push(writerOf(await ground.join(name), secretariat))
  const parts = await openParts(ground, bare.said)
  try {
    const figures: Figure[] = []
    for (const { count, each } of SENDERS) {
      const rounds: Round[] = []
      for (let round = 0; round <= ROUNDS; round++) {
        const prepared = writers.slice(0, count).map((write) => Array.from({ length: each }, write))
        rounds.push(await oneRound(ground.registry, prepared, parts))
      }
      figures.push(...figuresOf(count, rounds.slice(1)))
    }
    return figures
  } finally {
    await parts.close()
  }
}

type Writer = () => Prepared

/** One sender on a line of its own with the secretariat; whoever comes first on it opens it. */
function writerOf(author: Author, secretariat: Author): Writer {
  const line = randomBytes(32).toHex()
  const to = [author.self, secretariat.self].sort((a, b) => (a.name < b.name ? -1 : 1))
  return () => {
    const { act, texts } = messageAct("Crew of four from 09:00, unarmed, two vehicles. ".repeat(8))
    const posted = author.envelope(line, to, act, texts)
    return { posted, bytes: formatPosted([posted]) }
  }
}

async function oneRound(registry: string, prepared: readonly Prepared[][], parts: Parts): Promise<Round> {
  const all = prepared.flat()
  const stamps: string[] = []
  const before = await groupsEntered(registry)
  const rate = await sendersRate(registry, prepared, (answer) => stamps.push(...parseAnswers(answer)))
  const groups = (await groupsEntered(registry)) - before
  if (!stamps.every((stamp) => stamp.startsWith("iod.stamp/v1\n"))) throw new Error("the registry refused an envelope")
  const group = all.length / groups
  const bare = await sendersRate(parts.bare, prepared, () => undefined)
  const alone = await parts.measure(all, stamps, { together: prepared.length, group: Math.round(group) })
  return { rate, group, parts: { ...alone, exchange: bare } }
}

/** In how many transactions the registry has entered envelopes so far. */
async function groupsEntered(registry: string): Promise<number> {
  const metrics = await (await fetch(`${registry}/metrics`)).text()
  return Number(/^iod_groups_entered_total (\d+)$/m.exec(metrics)?.[1])
}

/** Every sender on one connection of its own that stays open, one envelope at a time; all of them a second. */
async function sendersRate(
  url: string,
  prepared: readonly Prepared[][],
  hear: (answer: Uint8Array) => void,
): Promise<number> {
  const path = `${url}/desk/envelopes`
  const began = performance.now()
  await Promise.all(
    prepared.map(async (mine) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      for (const { bytes } of mine) hear(await exchange(agent, path, bytes))
      agent.destroy()
    }),
  )
  return (prepared.flat().length / (performance.now() - began)) * 1000
}

function exchange(agent: Agent, url: string, bytes: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const headers = { "content-length": bytes.length }
    const call = request(url, { agent, method: "POST", headers }, (response) => {
      const pieces: Buffer[] = []
      response.on("data", (piece: Buffer) => pieces.push(piece))
      response.on("end", () => resolve(Buffer.concat(pieces)))
    })
    call.on("error", reject)
    call.end(bytes)
  })
}

type Alone = Omit<Record<Part, number>, "exchange">
type Parts = {
  bare: string
  measure(all: readonly Prepared[], stamps: readonly string[], as: { together: number; group: number }): Promise<Alone>
  close(): Promise<void>
}

async function openParts(ground: Ground, bare: string): Promise<Parts> {
  const client = new pg.Client({ ...ground.database, ssl: false })
  await client.connect()
  await client.query(
    "CREATE TABLE bare (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, header text, stamp text, body bytea)",
  )
  const seeds = newPairSeeds("bench")
  const ed25519 = noteSigner("bench", "ed25519", seeds.ed25519)
  const mlDsa65 = noteSigner("bench", "ml-dsa-65", seeds.mlDsa65)
  const insert = {
    name: "bare",
    text: `INSERT INTO bare (header, stamp, body) SELECT header, stamp, substring($3::bytea FROM start FOR length)
      FROM unnest($1::text[], $2::text[], $4::integer[], $5::integer[]) AS r(header, stamp, start, length)`,
  }
  return {
    bare,
    close: () => client.end(),
    async measure(all, stamps, { together, group }) {
      const signed = all.map(({ posted }) => {
        const text = utf8(parseNote(posted.header).text)
        return { text, one: ed25519.sign(text), two: mlDsa65.sign(text) }
      })
      const checks = await rateOf(signed, together, ({ text, one, two }) =>
        Promise.all([
          nodeCrypto.verify("ed25519", ed25519.key.publicKey, text, one),
          nodeCrypto.verify("ml-dsa-65", mlDsa65.key.publicKey, text, two),
        ]),
      )
      const texts = stamps.map((stamp) => utf8(parseNote(stamp).text))
      const stamp = await rateOf(texts, 1, (text) => ed25519.sign(text))
      const groups = Array.from({ length: Math.ceil(all.length / group) }, (_, i) => [i * group, (i + 1) * group])
      const inserts = await rateOf(groups, 1, ([from, until]) => {
        const rows = all.slice(from, until).map(({ posted }) => posted)
        const lengths = rows.map((r) => r.body.length)
        const starts = lengths.map((_, i) => 1 + lengths.slice(0, i).reduce((sum, length) => sum + length, 0))
        const bodies = Buffer.concat(rows.map((r) => r.body))
        const values = [rows.map((r) => r.header), stamps.slice(from, until), bodies, starts, lengths]
        return client.query({ ...insert, values })
      })
      return { checks, stamp, insert: (inserts * all.length) / groups.length }
    },
  }
}

function figuresOf(count: number, rounds: readonly Round[]): Figure[] {
  const name = `core.intake.senders-${count}`
  const predicted = ({ parts }: Round) => 1 / Object.values(parts).reduce((sum, rate) => sum + 1 / rate, 0)
  const ratio = median(rounds.map((round) => round.rate / predicted(round)))
  const middle = (of: (round: Round) => number) => Math.round(median(rounds.map(of)))
  const alone = (["checks", "stamp", "exchange", "insert"] as const)
    .map((part) => `${part} ${middle(({ parts }) => parts[part])}`)
    .join(", ")
  const how = `iod registry in a process of its own, ${count} senders on a line each; against 1/Σ(1/rate) of the parts alone, a second: ${alone}; groups of ${middle((r) => r.group)}; median of ${rounds.length} rounds`
  const measured = { unit: "of predicted", how }
  return [
    count === 64 ? atLeast(name, ratio, FLOOR, measured) : beside(name, ratio, measured),
    beside(
      `${name}.rate`,
      middle((r) => r.rate),
      { unit: "envelopes/s", how: "recorded, answered with a stamp" },
    ),
  ]
}
