import { join } from "node:path"
import { type Archive, openArchive } from "#desk/archive.ts"
import { openSearch, type Search } from "#desk/search.ts"
import { openFilling } from "#desk/search-filling.ts"
import { indexRecord } from "#desk/search-index.ts"
import { hex, utf8 } from "#register/bytes.ts"
import { textHash } from "#seal/body.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { systemClock } from "../src/clock.ts"
import { atLeast, beside, type Figure, median, quantile, timed } from "./figure.ts"
import { temporaryFolder } from "./program.ts"

const MESSAGES = 100_000
const WORDS = 60
const LINES = 12
const TIMES = 30
const GROUP = 500

/** Looking through 100,000 messages of one desk, on twelve lines, in three scripts. */
export async function measureSearch(): Promise<Figure[]> {
  using folder = temporaryFolder()
  using archive = await openArchive(join(folder.path, "desk.sqlite"))
  const bare = fill(archive)
  const indexed = await timed(() => index(archive))
  const search = openSearch(
    archive,
    openFilling(archive, systemClock(), () => undefined),
  )
  const parts: Figure[] = []
  const all: number[] = []
  const through: number[] = []
  for (const [name, asked] of Object.entries(QUESTIONS)) {
    const times = await timesOf(search, asked)
    all.push(...times)
    through.push(await timed(() => readThrough(archive)))
    parts.push(beside(`lines.search.${name}`, median(times), { unit: "ms", how: `median: ${JSON.stringify(asked)}` }))
  }
  const slowest = quantile(all, 0.95)
  const how = `${MESSAGES} messages of ${WORDS} words on ${LINES} lines of one archive; ${TIMES} times each of the questions beside, the first 30 hits with their excerpts, through the desk's own search; 95th percentile`
  return [
    atLeast("lines.search", median(through) / slowest, 5, {
      unit: "times faster",
      how: `${how}, against reading through every text of the archive once, which finds one spelling only`,
    }),
    beside("lines.search.time", slowest, { unit: "ms", how }),
    ...parts,
    beside("lines.search.index", (indexed / MESSAGES) * 1000, {
      unit: "µs/message",
      how: `putting one message into the index; storing it without took ${((bare / MESSAGES) * 1000).toFixed(0)}`,
    }),
  ]
}

/** What a desk without an index would have to do. */
function readThrough({ sql }: Archive): void {
  const row = sql.get`SELECT count(*) AS n FROM text WHERE CAST(bytes AS TEXT) LIKE ${"%немаєтакого%"}`
  if (Number(row?.n) !== 0) throw new Error("a text holds what none does")
}

/** What officers ask: a rare name in another script, a common word, two words, a phrase, a beginning, narrowed. */
const QUESTIONS = {
  name: { q: "Enerhodar" },
  "common-best": { q: "лінія" },
  "common-newest": { q: "лінія", order: "newest" },
  two: { q: "Енергодар line" },
  phrase: { q: '"power line"' },
  beginning: { q: "l" },
  narrowed: { q: "лінія", by: "delegation-3", precedence: "FLASH", line: lineId(3) },
  nothing: { q: "немаєтакого" },
}

async function timesOf(search: Search, asked: unknown): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < TIMES; i++)
    times.push(
      await timed(() => {
        if ("refused" in search(asked)) throw new Error("the search was refused")
      }),
    )
  return times
}

function lineId(i: number): string {
  return hex(nodeCrypto.sha256(utf8(`line ${i}`)))
}

/** Messages as a desk holds them, without the index; nobody signed. Answers the milliseconds it took. */
function fill(archive: Archive): number {
  const began = performance.now()
  for (let first = 0; first < MESSAGES; first += GROUP)
    archive.transact(() => {
      for (let i = first; i < first + GROUP; i++) store(archive, i)
    })
  archive.setMeta("next", String(MESSAGES))
  archive.setMeta("search.filled", "all")
  return performance.now() - began
}

function index(archive: Archive): void {
  for (let first = 0; first < MESSAGES; first += GROUP)
    archive.transact(() => {
      const rows = archive.sql
        .all`SELECT "index", fields FROM record WHERE "index" >= ${first} AND "index" < ${first + GROUP}`
      for (const row of rows) indexRecord(archive, Number(row.index), 0, "message.sent", JSON.parse(String(row.fields)))
    })
}

const HEADER = "h".repeat(6000)
const PRECEDENCES = ["ROUTINE", "ROUTINE", "ROUTINE", "PRIORITY", "IMMEDIATE", "FLASH"]

function store({ sql }: Archive, i: number): void {
  const line = lineId(i % LINES)
  const [matter, salt] = [hex(nodeCrypto.sha256(utf8(`matter ${i}`))), new Uint8Array(32)]
  const [subject = "", body = ""] = [`${word(i)} ${word(i * 7)} ${i}`, sentence(i)].map((text) => {
    const hash = textHash(nodeCrypto, { salt, bytes: utf8(text) })
    sql.run`INSERT OR IGNORE INTO text VALUES (${hash}, ${salt}, ${utf8(text)})`
    return hash
  })
  const fields = JSON.stringify({ matter, language: "en", subject, body })
  const [at, precedence] = [new Date(1.7e12 + i * 60_000).toISOString(), PRECEDENCES[i % 6] ?? ""]
  sql.run`INSERT INTO envelope VALUES (${i}, ${line}, ${i}, ${`delegation-${i % 5}`}, ${i}, ${matter}, ${HEADER}, ${"s"}, ${"h"},
    ${at}, ${precedence}, 0, ${salt}, ${salt}, NULL, NULL, NULL)`
  sql.run`INSERT INTO record VALUES (${i}, 0, ${"message.sent"}, ${line}, ${matter}, ${fields}, NULL, NULL)`
  sql.run`INSERT INTO matter VALUES (${line}, ${matter}, ${"message"}, ${fields}, ${i}, ${i}, NULL, NULL)`
}

const SYLLABLES = ["ка", "ре", "ни", "то", "ва", "лі", "щу", "po", "ter", "li", "ne", "ski", "гор", "дно", "вич", "жен"]
const COMMON = ["лінія", "line", "power", "район", "о", "of", "на", "the", "km", "линия"]
const RARE = ["Енергодар", "Энергодара", "Енергодарі"]

/** Words as languages have them: a few of them very often, most of them seldom. */
function word(i: number): string {
  const random = (nodeCrypto.sha256(utf8(String(i)))[0] ?? 0) / 256
  if (random < 0.35) return COMMON[i % COMMON.length] ?? ""
  let n = Math.floor(20_000 ** (((i * 2_654_435_761) % 2 ** 32) / 2 ** 32))
  let made = ""
  for (let k = 0; k < 4; k++, n = Math.floor(n / 12)) made += SYLLABLES[(n + k) % SYLLABLES.length]
  return made
}

function sentence(i: number): string {
  const words = Array.from({ length: WORDS }, (_, k) => word(i * WORDS + k))
  if (i % 400 === 0) words[7] = RARE[i % 3] ?? ""
  if (i % 10 === 0) words.splice(3, 2, "power", "line")
  return `${words.join(" ")}.`
}
