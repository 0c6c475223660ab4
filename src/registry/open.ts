import { existsSync, mkdirSync, readFileSync } from "node:fs"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import pg from "pg"
import { Counter, Gauge, Registry as Meters } from "prom-client"
import { z } from "zod"
import { publicAct } from "#offices/roll/acts.ts"
import { type Founded, openCharter } from "#offices/roll/charter.ts"
import { emptyRoll, enterPublicAct, type Roll } from "#offices/roll/roll.ts"
import { fromUtf8 } from "#register/bytes.ts"
import { formatVerifierKey } from "#register/note.ts"
import { parsePolicy } from "#register/policy.ts"
import { unpackBody } from "#seal/body.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { cosignerOf, noteSigner } from "#seal/node/keys.ts"
import { verifiedDelegation } from "#seal/node/request.ts"
import { publicLineNumber, signLineHead } from "#seal/stamp.ts"
import { formatFrame } from "#seal/wire.ts"
import { type Clock, instantOf } from "../clock.ts"
import { EVERYONE } from "./admission.ts"
import { openAllowance } from "./allowance.ts"
import { leaveDatabase } from "./backup-database.ts"
import { openBehind } from "./behind.ts"
import { openCheckpoints } from "./checkpoints.ts"
import { openDelivery } from "./delivery.ts"
import { openDoors } from "./doors.ts"
import { openFileDoors } from "./file-doors.ts"
import { FILE_LIMITS, openFiles } from "./files.ts"
import { openForgetting } from "./forgetting.ts"
import { currentFrontPage } from "./front.ts"
import { openGrowth } from "./growth.ts"
import { type Ledger, openLedger } from "./ledger.ts"
import { openTiles } from "./tiles.ts"
import { openWriter } from "./writer.ts"

/** Seeds of the registry's keys, in hex, and the names that the charter gives them. Secret; `registry.key`, mode 0600. */
export const registryKeys = z.strictObject({
  registry: z.strictObject({ name: z.string(), ed25519: z.string() }),
  register: z.strictObject({ origin: z.string(), ed25519: z.string(), mlDsa44: z.string() }),
})
export type RegistryKeys = z.infer<typeof registryKeys>

/** A registry that is open: stop it by disposing of it. */
export type OpenRegistry = {
  url: string
  port: number
  /** Settles, with why, when it can enter nothing more. What it stamped is kept; it is opened again from the disk. */
  ended: Promise<string>
  [Symbol.asyncDispose](): Promise<void>
}

export type RegistryOptions = {
  /** Holds `charter.json` and `registry.key`. */
  folder: string
  database: pg.PoolConfig
  /** Where the witnesses answer; those that the charter's policy gives an address are asked too. */
  witnesses: readonly string[]
  clock: Clock
  host: string
  port: number
  log(message: string): void
}

/** Connections to the database that files have for themselves. */
const FILE_CONNECTIONS = 4

/** Opens the registry: ledger, register, witnesses, doors. Throws with a sentence where something is missing or taken. */
export async function openRegistry(options: RegistryOptions): Promise<OpenRegistry> {
  const { clock, log } = options
  const crypto = nodeCrypto
  mkdirSync(options.folder, { recursive: true })
  const founded = openCharter(crypto, readFileSync(join(options.folder, "charter.json"), "utf8"))
  const keys = readKeys(join(options.folder, "registry.key"))
  const { charter } = founded
  const signer = noteSigner(keys.registry.name, "ed25519", keys.registry.ed25519)
  const { origin } = charter.register
  const logSigner = noteSigner(origin, "ed25519", keys.register.ed25519)
  const policy = parsePolicy(crypto, charter.policy)
  await using stack = new AsyncDisposableStack()
  const ledger = stack.use(await openLedger(options.database))
  const growth = await openGrowth(crypto, ledger)
  const tiles = openTiles(ledger, growth)
  const delivery = openDelivery(clock, ledger)
  const meters = openMeters(() => Number(growth.size()), delivery.followers)
  const behind = openBehind({
    ...{ crypto, clock, founded, ledger, growth, tiles, log },
    writer: () => writer,
    checkpoints: () => checkpoints,
    fell: () => server.closeAllConnections(),
  })
  stack.defer(() => behind.close())
  const checkpoints = await openCheckpoints({
    ...{ crypto, clock, ledger, growth, tiles, origin, policy, log },
    witnesses: [...new Set([...options.witnesses, ...policy.witnesses.flatMap((w) => w.url ?? [])])],
    signers: [logSigner, cosignerOf(origin, keys.register.mlDsa44)],
    published: (note) => delivery.published(note),
    held: behind.holds,
    beyond: behind.claim,
  })
  stack.defer(() => checkpoints.close())
  const { roll, lastAt } = await foldLedger(ledger, founded)
  const { perMinute, urgentPerMinute } = charter.limits
  const writer = openWriter({
    ...{ crypto, clock, ledger, growth, signer, roll, lastAt },
    allowance: openAllowance(clock, perMinute, urgentPerMinute),
    behind: behind.holds,
    entered(rows) {
      delivery.entered(rows)
      meters.entered(rows.length)
      checkpoints.wake()
    },
  })
  stack.defer(() => writer.idle())
  stack.use(openForgetting(clock, ledger, log))
  const pool = new pg.Pool({ ...options.database, max: FILE_CONNECTIONS })
  pool.on("error", () => {}) // As for the ledger's: the next query reports what matters.
  const limits = charter.limits.files ?? FILE_LIMITS
  const files = stack.use(openFiles({ clock, pool, limits, behind: behind.holds, log }))
  stack.defer(() => delivery.close())
  const opening = async (member: string) => {
    // Behind, it does not know where lines end: signing less than it once stamped would speak against itself.
    if (behind.holds()) return []
    const size = growth.size()
    const lines = await ledger.linesOf(member)
    const heads = await Promise.all(lines.map(async (line) => ({ line, end: await ledger.lineEnd(line) })))
    return heads.flatMap(({ line, end }) => {
      if (!end) return []
      const head = { office: founded.office, line, place: end.place, head: end.head, size, at: instantOf(clock) }
      return [formatFrame({ kind: "line-head", note: signLineHead(head, signer) })]
    })
  }
  const authenticate = (request: Request) =>
    verifiedDelegation(crypto, request, founded.office, clock.now(), (delegation, key) => {
      const inForce = writer.roll().members[delegation]?.key?.ed25519
      return inForce?.name === key ? inForce : undefined
    })
  const server = openDoors({
    charter: founded.text,
    largestRequest: charter.limits.body * 4,
    submit: writer.submit,
    size: growth.size,
    takeBack: behind.takeBack,
    authenticate,
    files: openFileDoors({ files, authenticate }),
    follow: async (delegation, index, response) => {
      const member = delegation ?? EVERYONE[0] ?? ""
      await delivery.follow(member, index, await opening(member), response)
    },
    tile: tiles.read,
    checkpoint: checkpoints.latest,
    health: () => ({ ok: !behind.holds(), size: String(growth.size()), now: instantOf(clock), behind: behind.why() }),
    metrics: meters.text,
    page: (wishes) =>
      currentFrontPage(crypto, founded, writer.roll(), { checkpoint: checkpoints.latest(), policy }, wishes),
    log,
  })
  await behind.begin()
  stack.use(leaveDatabase(options.folder, options.database))
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(options.port, options.host, resolve)
  })
  const { port } = server.address() as AddressInfo
  const open = stack.move()
  return {
    ended: Promise.race([ledger.lost, writer.broken.then((error) => error.message)]),
    url: `http://${options.host}:${port}`,
    port,
    async [Symbol.asyncDispose]() {
      delivery.close()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
      await open.disposeAsync()
    },
  }
}

function readKeys(file: string): RegistryKeys {
  try {
    return registryKeys.parse(JSON.parse(readFileSync(file, "utf8")))
  } catch {
    // Without the cause: a parser's message may quote the key it could not read.
    throw new Error(existsSync(file) ? `the key file ${file} is damaged` : `the key file ${file} is missing`)
  }
}

/** The roll as the ledger's public entries fold it, and the last stamp's instant. */
async function foldLedger(ledger: Ledger, founded: Founded): Promise<{ roll: Roll; lastAt: string }> {
  let roll = emptyRoll(founded)
  let from = 0n
  for (;;) {
    const rows = await ledger.publicEntries(from, 500)
    for (const row of rows) {
      const act = publicAct.parse(JSON.parse(fromUtf8(unpackBody(row.body ?? new Uint8Array()).act)))
      const line = publicLineNumber(row.line) ?? -1
      const next = await enterPublicAct(nodeCrypto, roll, act, {
        by: row.sender,
        index: Number(row.index),
        line,
        header: row.hash,
      })
      if (!("refused" in next)) roll = next
    }
    const last = rows.at(-1)
    if (!last) break
    from = last.index + 1n
  }
  return { roll, lastAt: await ledger.lastAt() }
}

function openMeters(size: () => number, followers: () => number) {
  const registers = [new Meters()]
  const meters = registers[0] ?? new Meters()
  const entered = new Counter({
    name: "iod_envelopes_entered_total",
    help: "Envelopes entered since the start",
    registers,
  })
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  gauge("iod_register_size", "Entries in the register", size)
  gauge("iod_desks_following", "Desks whose mail stream is open", followers)
  return { entered: (count: number) => entered.inc(count), text: () => meters.metrics() }
}

/** The verifier keys that a charter names for these keys of a registry. */
export function registryVerifierKeys(keys: RegistryKeys): { registry: string; register: string[] } {
  const { origin } = keys.register
  const [registry = "", ...register] = [
    noteSigner(keys.registry.name, "ed25519", keys.registry.ed25519).key,
    noteSigner(origin, "ed25519", keys.register.ed25519).key,
    cosignerOf(origin, keys.register.mlDsa44).key,
  ].map(formatVerifierKey)
  return { registry, register }
}
