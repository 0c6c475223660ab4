import assert from "node:assert/strict"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { inflateSync } from "node:zlib"
import * as kit from "cctv-age"
import { VerificationError } from "#register/error.ts"
import { checkMac, fromUnpadded, openPayload, parseHeader, sealPayload } from "./age-file.ts"
import { nodeCrypto } from "./crypto.ts"
import { open } from "./hybrid.ts"

type Case = {
  name: string
  expect: string
  payload: string
  identities: string[]
  fileKey: Uint8Array
  file: Uint8Array
}

const FOLDER = join(import.meta.dirname, "../../../../shared/data/vectors-cctv/age/testdata")
const MOST = 1000
/** Cases that damage what every age file has, not the stanzas of one recipient type. */
const CONTAINER = /^(?:empty|header|hmac|stanza|stream|version)/

function readCase(name: string, bytes: Uint8Array): Case {
  const end = Buffer.from(bytes).indexOf("\n\n")
  const lines = Buffer.from(bytes).toString("latin1", 0, end).split("\n")
  const fields = (key: string) => lines.filter((l) => l.startsWith(`${key}: `)).map((l) => l.slice(key.length + 2))
  const rest = bytes.subarray(end + 2)
  return {
    name,
    expect: fields("expect")[0] ?? "",
    payload: fields("payload")[0] ?? "",
    fileKey: Buffer.from(fields("file key")[0] ?? "", "hex"),
    identities: fields("identity"),
    file: fields("compressed").length > 0 ? inflateSync(rest) : rest,
  }
}

function isCode(...codes: string[]) {
  return (error: unknown) => error instanceof VerificationError && codes.includes(error.code)
}

/** Opens a file whose key is known: all of the container, and no stanza. */
function openWithKey(fileKey: Uint8Array, file: Uint8Array): Uint8Array {
  const header = parseHeader(file, MOST)
  checkMac(fileKey, header)
  return openPayload(fileKey, header.payload)
}

function sha256(bytes: Uint8Array): string {
  return nodeCrypto.sha256(bytes).toHex()
}

const armored = ({ file }: Case) => Buffer.from(file.subarray(0, 200)).includes("-----BEGIN AGE")

function judgeContainer(c: Case) {
  if (c.expect === "success") assert.equal(sha256(openWithKey(c.fileKey, c.file)), c.payload, c.name)
  else if (CONTAINER.test(c.name)) assert.throws(() => openWithKey(c.fileKey, c.file), isCode("body.malformed"), c.name)
}

/** What a member at each place of the file is told: the hash of the plaintext, or why there is none. */
function openEverywhere({ identities, file }: Case): { types: string[]; answers: string[] } {
  const identity = identities.find((i) => i.startsWith("AGE-SECRET-KEY-PQ-1")) ?? ""
  const types = Array.from(
    Buffer.from(file)
      .toString("latin1")
      .matchAll(/^-> (\S+)/gm),
    ([, type = ""]) => type,
  )
  const answers = types.map((_, place) => {
    try {
      return sha256(open({ identity, place, count: types.length }, file))
    } catch (error) {
      if (error instanceof VerificationError) return error.code
      throw error
    }
  })
  return { types, answers }
}

function judgeHybrid(c: Case) {
  const { types, answers } = openEverywhere(c)
  const told = [...new Set(answers)].sort()
  // age passes over stanzas of other types; an envelope has none.
  if (types.some((type) => type !== "mlkem768x25519")) assert.deepEqual(told, ["body.stanzas"], c.name)
  else if (c.expect === "success") {
    assert.equal(answers.filter((answer) => answer === c.payload).length, 1, c.name)
    assert.ok(
      answers.every((answer) => answer === c.payload || answer === "body.unopenable"),
      c.name,
    )
  } else if (c.expect === "no match") assert.deepEqual(told, ["body.unopenable"], c.name)
  // A point of low order is well-formed and shows only when it is used.
  else assert.deepEqual(told, [/low_order|identity/.test(c.name) ? "body.unopenable" : "body.malformed"], c.name)
}

function judge(cases: Case[]) {
  for (const c of cases) {
    if (armored(c)) assert.throws(() => parseHeader(c.file, MOST), isCode("body.malformed"), c.name)
    else if (c.name.startsWith("hybrid")) judgeHybrid(c)
    if (!armored(c)) judgeContainer(c)
  }
}

test("every file of the age test kit opens or is refused as the kit says", () => {
  const cases = Object.entries(kit).map(([name, bytes]) => readCase(name, bytes))
  assert.ok(cases.length > 100 && cases.some((c) => c.name.startsWith("hybrid")))
  judge(cases)
})

const absent = existsSync(FOLDER) ? false : "the folder of public vectors is absent"
test("every file of the age test kit's repository opens or is refused as the kit says", { skip: absent }, () => {
  judge(readdirSync(FOLDER).map((name) => readCase(name, readFileSync(join(FOLDER, name)))))
})

test("base64 in a sealed file has one spelling only", () => {
  assert.deepEqual(fromUnpadded("AAE"), Uint8Array.of(0, 1))
  for (const text of ["AAE=", "AAF", "AA E", "AAE\t", "A", "AA-_", "ÿAE"])
    assert.throws(() => fromUnpadded(text), isCode("body.malformed"), text)
})

test("chunks of a payload can not be moved, repeated, left out or taken for the last", () => {
  const key = new Uint8Array(16)
  const payload = sealPayload(key, new Uint8Array(3 << 16))
  const chunk = (i: number) => payload.subarray(16 + i * 65552, 16 + (i + 1) * 65552)
  const nonce = payload.subarray(0, 16)
  assert.equal(openPayload(key, payload).length, 3 << 16)
  for (const order of [[1, 0, 2], [0, 1], [0, 2], [0, 1, 1, 2], [0, 1, 2, 2], [2], []]) {
    const altered = Buffer.concat([nonce, ...order.map(chunk)])
    assert.throws(() => openPayload(key, altered), isCode("body.malformed"), order.join())
  }
})
