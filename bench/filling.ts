import { randomBytes } from "node:crypto"
import type pg from "pg"
import { type Archive, openArchive } from "#desk/archive.ts"
import type { MessageState } from "#offices/lines/message.ts"
import { messageClock } from "#offices/lines/silence.ts"
import { hex, utf8 } from "#register/bytes.ts"
import { formatNote } from "#register/note.ts"
import { openGrowth } from "#registry/growth.ts"
import { type Ledger, openLedger, type Row } from "#registry/ledger.ts"
import { textHash } from "#seal/body.ts"
import { formatHeader, headerHash } from "#seal/header.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { formatStamp, nextHead, publicLine, registerEntry } from "#seal/stamp.ts"

const GROUP = 1000
const NOBODY = [{ name: "nobody", id: new Uint8Array(4), signature: new Uint8Array(64) }]
const CLOCKS = { acknowledge: { FLASH: 600, IMMEDIATE: 1800, PRIORITY: 10_800, ROUTINE: 86_400 }, check: 3600 }

/** Where messages are filled in: a line of two with the one of them who wrote all of it. */
export type Filling = { office: string; line: string; by: string; to: string; database: pg.PoolConfig }

type Filled = { row: Row; at: string; state: MessageState; texts: { hash: string; bytes: Uint8Array }[] }

/**
 * Fills a stopped office's register up to `size`, straight into the ledger and the archives of both members, as if the
 * messages had gone the whole road long ago: heads, stamps, entries, tiles and states are right, nobody signed.
 */
export async function fillTo(size: number, filling: Filling, archives: readonly { path: string; own: boolean }[]) {
  const ledger = await openLedger(filling.database)
  const opened = []
  for (const { path, own } of archives) opened.push({ archive: await openArchive(path), own })
  try {
    const growth = await openGrowth(nodeCrypto, ledger)
    const chain = await openChain(ledger, filling, Number(growth.size()))
    for (let left = size - Number(growth.size()); left > 0; left = size - Number(growth.size())) {
      const group = Array.from({ length: Math.min(GROUP, left) }, chain)
      const grown = growth.grow(group.map(({ row }) => row.entry))
      await ledger.enter(
        group.map(({ row }) => row),
        grown.tiles,
      )
      grown.keep()
      const head = { size: Number(growth.size()), root: hex(growth.root()) }
      for (const { archive, own } of opened) archive.transact(() => archiveGroup(archive, group, head, own))
    }
  } finally {
    for (const { archive } of opened) archive[Symbol.dispose]()
    await ledger[Symbol.asyncDispose]()
  }
}

/** Makes one message after the other, from where the line, the chain and the register end. */
async function openChain(ledger: Ledger, { office, line, by, to }: Filling, first: number): Promise<() => Filled> {
  const end = (await ledger.lineEnd(line)) ?? { place: 0, head: line, members: [] }
  const chain = (await ledger.chainEnd(line, by)) ?? { serial: 0, hash: "" }
  const roll = (await ledger.lineEnd(publicLine(0))) ?? { place: 0, head: "" }
  const at = await ledger.lastAt()
  const members = [by, to].sort()
  let [index, place, head, serial, prev] = [first, end.place, end.head, chain.serial, chain.hash]
  return () => {
    const act = nothing()
    const header = {
      ...{ office, line, from: by, serial: serial + 1, prev: prev === "" ? null : prev },
      ...{ to: members.map((name) => ({ name, sealingKey: 1 })), seen: { place, head }, register: null },
      ...{ precedence: "ROUTINE" as const, signed: at, body: { hash: act, length: 4096 }, commit: act, nonce: act },
    }
    const text = formatHeader(header)
    const hash = headerHash(nodeCrypto, text)
    const stamp = { office, header: hash, line, place: place + 1, head: nextHead(nodeCrypto, head, hash) }
    const whole = { ...stamp, roll: { place: roll.place, head: roll.head }, index: BigInt(index), at }
    const stampText = formatStamp(whole)
    const row: Row = {
      ...{ index: BigInt(index), line, place: place + 1, sender: by, serial: serial + 1, hash, head: stamp.head },
      header: formatNote({ text, signatures: NOBODY }),
      stamp: formatNote({ text: stampText, signatures: NOBODY }),
      entry: registerEntry(nodeCrypto, whole, stampText),
      ...{ seen: place, members, body: new Uint8Array(1) },
    }
    const filled = messageOf(row, at, to)
    ;[index, place, head, serial, prev] = [index + 1, place + 1, stamp.head, serial + 1, hash]
    return filled
  }
}

function nothing(): string {
  return randomBytes(32).toHex()
}

function messageOf(row: Row, at: string, to: string): Filled {
  const texts = [`Power line at km ${row.place}`, "Crew of four from 09:00, unarmed, two vehicles."].map((text) => {
    const bytes = utf8(text)
    return { hash: textHash(nodeCrypto, { salt: new Uint8Array(32), bytes }), bytes }
  })
  const state: MessageState = {
    ...{ by: row.sender, at, index: Number(row.index), place: row.place, header: row.hash, precedence: "ROUTINE" },
    ...{ language: "en", form: "words", subject: texts[0]?.hash ?? "", body: texts[1]?.hash ?? "" },
    ...{
      files: [],
      replyTo: null,
      replyBy: null,
      recalled: null,
      answers: { [to]: {} },
      translations: [],
      relay: null,
    },
  }
  return { row, at, state, texts }
}

/** What a desk keeps of a message that it took in, folded and proved; its own ones stand in its outbox too. */
function archiveGroup(
  { sql, setMeta }: Archive,
  group: readonly Filled[],
  head: { size: number; root: string },
  own: boolean,
): void {
  const [salt, act, last] = [new Uint8Array(32), new Uint8Array(300), group.at(-1)]
  if (!last) return
  sql.run`INSERT INTO checkpoint (size, root, note, witnessed) VALUES (${head.size}, ${head.root}, ${"filled\n"}, ${last.at})`
  for (const { row, at, state, texts } of group) {
    const [index, matter, fields] = [Number(row.index), nothing(), JSON.stringify(state)]
    const due = messageClock.due(state, CLOCKS)
    sql.run`INSERT INTO envelope VALUES (${index}, ${row.line}, ${row.place}, ${row.sender}, ${row.serial}, ${row.hash},
      ${row.header}, ${row.stamp}, ${row.head}, ${at}, ${state.precedence}, ${row.seen}, ${salt}, ${act}, NULL, NULL, NULL)`
    sql.run`INSERT INTO record VALUES (${index}, 0, ${"message.sent"}, ${row.line}, ${matter}, ${fields}, NULL, NULL)`
    sql.run`INSERT INTO matter VALUES (${row.line}, ${matter}, ${"message"}, ${fields}, ${index}, ${index}, ${due}, ${Object.keys(state.answers).join(" ")})`
    for (const { hash, bytes } of texts) sql.run`INSERT OR IGNORE INTO text VALUES (${hash}, ${salt}, ${bytes})`
    sql.run`INSERT INTO proof VALUES (${index}, ${head.size}, ${salt})`
    if (own)
      sql.run`INSERT INTO outbox (line, members, precedence, act, texts, submitted, serial, hash, header, state) VALUES
        (${row.line}, ${row.members.join(" ")}, 3, ${act}, ${salt}, ${at}, ${row.serial}, ${row.hash}, ${row.header}, 'stamped')`
  }
  sql.run`UPDATE line SET place = ${last.row.place}, head = ${last.row.head} WHERE id = ${last.row.line}`
  setMeta("next", String(last.row.index + 1n))
  setMeta("proven-to", String(last.row.index + 1n))
  setMeta("at", last.at)
}
