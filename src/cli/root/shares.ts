import { hash } from "node:crypto"
import { combine, split } from "shamir-secret-sharing"
import { concat, fromHex } from "#register/bytes.ts"
import type { PairSeeds } from "#seal/node/keys.ts"
import { fingerprintOf } from "./folder.ts"

/** One custodian's part of a root key. Any `needed` of them together are the key, fewer are nothing. Secret. */
export type Share = {
  delegation: string
  /** Name and fingerprint of the root that it is a part of. */
  name: string
  root: string
  number: number
  of: number
  needed: number
  bytes: Uint8Array
}

const TITLE = "iod.root-share/v1"
const ROW = 8
const SEED = 32

/** Splits a root among custodians. */
export async function splitRoot(delegation: string, key: PairSeeds, of: number, needed: number): Promise<Share[]> {
  if (!(needed >= 2 && of >= needed && of <= 32)) throw new Error("2 ≤ needed ≤ shares ≤ 32")
  const parts = await split(concat(fromHex(key.ed25519, SEED), fromHex(key.mlDsa65, SEED)), of, needed)
  const root = fingerprintOf(key)
  return parts.map((bytes, i) => ({ delegation, name: key.name, root, number: i + 1, of, needed, bytes }))
}

/** The root that these shares are of; throws where they are too few, of different roots, or not what they were. */
export async function joinRoot(shares: readonly Share[]): Promise<PairSeeds> {
  const [first] = shares
  if (!first) throw new Error("no share was given")
  const { root, name, needed } = first
  const numbers = new Set(shares.map((share) => share.number))
  if (shares.some((share) => share.root !== root)) throw new Error("these shares are of different roots")
  if (numbers.size !== shares.length) throw new Error("a share was given twice")
  if (shares.length < needed) throw new Error(`${needed} shares are needed, ${shares.length} were given`)
  const secret = await combine(shares.map((share) => share.bytes))
  const key = { name, ed25519: secret.slice(0, SEED).toHex(), mlDsa65: secret.slice(SEED).toHex() }
  // The scheme itself notices nothing: a wrong share gives another secret.
  if (secret.length !== 2 * SEED || fingerprintOf(key) !== root) throw new Error("a share is not what it was")
  return key
}

/**
 * A share as a page: rows of eight bytes, each with a check word of its own, so that whoever types it in again is told
 * which row is wrong.
 */
export function formatShare(share: Share): string {
  const { delegation, name, root, number, of, needed, bytes } = share
  const rows = Array.from({ length: Math.ceil(bytes.length / ROW) }, (_, i) => {
    const row = bytes.slice(i * ROW, (i + 1) * ROW)
    const groups = row.toHex().match(/.{1,4}/g) ?? []
    return `${String(i + 1).padStart(2)}  ${groups.join(" ").padEnd(19)}  ${checkWord(root, number, i + 1, row)}`
  })
  const head = [`delegation ${delegation}`, `key ${name}`, `root ${root}`, `share ${number} of ${of}, ${needed} needed`]
  return [TITLE, ...head, "", ...rows, ""].join("\n")
}

const HEAD =
  /^iod\.root-share\/v1\ndelegation ([a-z0-9-]{2,32})\nkey ([a-z0-9-]{2,40})\nroot ([0-9a-f]{64})\nshare (\d{1,2}) of (\d{1,2}), (\d{1,2}) needed$/

/** Reads a page that somebody may have typed: spaces and letter case do not matter. Names the row that is wrong. */
export function parseShare(page: string): Share {
  const lines = page
    .toLowerCase()
    .split("\n")
    .map((line) => line.trim().replaceAll(/\s+/g, " "))
    .filter((line) => line !== "")
  const [, delegation = "", name = "", root = "", number, of, needed] = HEAD.exec(lines.slice(0, 5).join("\n")) ?? []
  if (root === "") throw new Error("this is no share of a root key")
  const rows = lines.slice(5).map((line, i) => rowOf(line, { root, number: Number(number), row: i + 1 }))
  return {
    ...{ delegation, name, root, number: Number(number), of: Number(of), needed: Number(needed) },
    bytes: concat(...rows),
  }
}

function rowOf(line: string, { root, number, row }: { root: string; number: number; row: number }): Uint8Array {
  const [given, ...groups] = line.split(" ")
  const check = groups.pop()
  const hex = groups.join("")
  const wrong = new Error(`row ${row} of this share does not fit its check word`)
  if (given !== String(row) || !/^(?:[0-9a-f]{2}){1,8}$/.test(hex)) throw wrong
  const bytes = fromHex(hex, hex.length / 2)
  if (checkWord(root, number, row, bytes) !== check) throw wrong
  return bytes
}

const CONSONANTS = "bdfghjklmnprstvz"
const VOWELS = "aiou"

/** Two spoken syllables and a half: 20 bits of the hash over root, share, row and what stands in it. */
function checkWord(root: string, number: number, row: number, bytes: Uint8Array): string {
  const digest = hash("sha256", `${TITLE}\n${root}\n${number}\n${row}\n${bytes.toHex()}`)
  let bits = Number.parseInt(digest.slice(0, 7), 16)
  let word = ""
  for (let i = 0; i < 3; i++) {
    word += CONSONANTS[bits & 15]
    bits >>= 4
    word += VOWELS[bits & 3]
    bits >>= 2
  }
  return word
}
