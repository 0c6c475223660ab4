import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import type { CourierOutcome } from "#offices/joins/courier.ts"
import { openCharter } from "#offices/roll/charter.ts"
import { fromUtf8 } from "#register/bytes.ts"
import { readKeys, registrySigners } from "#registry/keys.ts"
import { formatOrderFile } from "#seal/courier.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { callDesk, type DeskCall } from "./desk-call.ts"
import { say } from "./terminal.ts"

const DESK = {
  folder: { type: "string", default: "desk" },
  to: { type: "string" },
  line: { type: "string", multiple: true },
  days: { type: "string", default: "0" },
  for: { type: "string" },
  answers: { type: "string" },
} as const

/** `iod desk courier out|in`: writes what waits at a running desk to a file, or takes a file in. */
export async function deskCourierCommand([verb, ...args]: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: DESK, allowPositionals: true })
  const call = callDesk(values.folder)
  if (verb === "out") {
    const choice = { lines: values.line ?? [], days: Number(values.days), ...(values.for ? { for: values.for } : {}) }
    const to = newFile(values.to, "--to")
    writeFileSync(to, await call.file("/courier/out", choice), { flag: "wx" })
    say(`${to} is written. Whoever carries it sees to whom it goes and how urgent it is, and no text.`)
    return 0
  }
  if (verb !== "in" || !positionals[0]) throw new Error("iod desk courier out --to FILE | in FILE [--answers FILE]")
  const outcome = await inFile(call, positionals[0])
  say(JSON.stringify(outcome))
  if (outcome.took === "envelopes" && outcome.handed && values.answers) {
    const answers = newFile(values.answers, "--answers")
    writeFileSync(answers, await answerOf(call, outcome.handed.answer), { flag: "wx" })
    say(`${answers} goes back to ${outcome.from}, which alone can open it.`)
  }
  return 0
}

async function inFile(call: DeskCall, path: string): Promise<CourierOutcome> {
  const answer = await call.file("/courier/in", new Uint8Array(readFileSync(path)))
  return JSON.parse(fromUtf8(answer))
}

async function answerOf(call: DeskCall, name: string): Promise<Uint8Array> {
  return Buffer.concat(await pieces(await call.stream(`/courier/answers/${name}`)))
}

async function pieces(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = []
  for await (const piece of stream) all.push(piece)
  return all
}

const REGISTRY = {
  folder: { type: "string", default: "registry" },
  registry: { type: "string", default: "http://127.0.0.1:7300" },
  answers: { type: "string" },
  to: { type: "string" },
  for: { type: "string" },
  after: { type: "string", default: "0" },
} as const

/** `iod registry courier in|out`: takes a desk's file in, or writes a desk's mail to one, at a running registry. */
export async function registryCourierCommand([verb, ...args]: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: REGISTRY, allowPositionals: true })
  if (verb === "in" && positionals[0]) {
    const answers = newFile(values.answers, "--answers")
    const left = await hand(values.registry, readFileSync(positionals[0]), answers)
    say(`${answers} goes back to the desk that wrote the file, which alone can open it.`)
    if (left > 0) say(`${left} envelopes have no answer yet: take the same file in again.`)
    return left > 0 ? 1 : 0
  }
  if (verb !== "out" || !values.for || !/^\d{1,18}$/.test(values.after))
    throw new Error("iod registry courier in FILE --answers FILE | out --for DELEGATION --to FILE [--after INDEX]")
  const to = newFile(values.to, "--to")
  const { office } = openCharter(nodeCrypto, readFileSync(join(values.folder, "charter.json"), "utf8"))
  const signer = registrySigners(readKeys(join(values.folder, "registry.key"))).registry
  const order = { office, to: values.for, after: BigInt(values.after), made: new Date().toISOString() }
  await hand(values.registry, formatOrderFile(order, signer), to)
  say(`${to} holds the mail of ${values.for} from index ${values.after} on, which alone can open it.`)
  return 0
}

/** Hands a file to a running registry and keeps its answer; answers how many envelopes have to wait. */
async function hand(registry: string, file: Uint8Array, to: string): Promise<number> {
  const response = await fetch(`${registry}/desk/courier`, { method: "POST", body: new Uint8Array(file) })
  if (!response.ok) throw new Error(`the registry refused the file: ${(await response.text()).trim()}`)
  writeFileSync(to, new Uint8Array(await response.arrayBuffer()), { flag: "wx" })
  return Number(response.headers.get("iod-left") ?? "0")
}

/** A file to be written: named, and not there yet. */
function newFile(path: string | undefined, option: string): string {
  if (!path) throw new Error(`${option} names the file to write`)
  if (existsSync(path)) throw new Error(`${path} is there already: ${option} names another file`)
  return path
}
