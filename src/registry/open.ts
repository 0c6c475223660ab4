import { mkdirSync, readFileSync } from "node:fs"
import type { Server } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import pg from "pg"
import { type Founded, openCharter } from "#offices/roll/charter.ts"
import { openPolicies } from "#offices/roll/policies.ts"
import type { Crypto } from "#register/crypto.ts"
import type { Policy } from "#register/policy.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { verifiedDelegation } from "#seal/node/request.ts"
import { type Clock, instantOf } from "../clock.ts"
import { EVERYONE, largestBody } from "./admission.ts"
import { openAllowance } from "./allowance.ts"
import { leaveDatabase } from "./backup-database.ts"
import { type Behind, openBehind } from "./behind.ts"
import { type Checkpoints, openCheckpoints } from "./checkpoints.ts"
import { openCourier } from "./courier.ts"
import { type Delivery, openDelivery } from "./delivery.ts"
import { type DoorsParts, openDoors } from "./doors.ts"
import { openFileDoors } from "./file-doors.ts"
import { FILE_LIMITS, type Files, openFiles } from "./files.ts"
import { openForgetting } from "./forgetting.ts"
import { currentFrontPage } from "./front.ts"
import { type Growth, openGrowth } from "./growth.ts"
import { type RegistrySigners, readKeys, registrySigners } from "./keys.ts"
import { type Ledger, openLedger } from "./ledger.ts"
import { lineHeads } from "./line-heads.ts"
import { openMeters, type RegistryMeters } from "./meters.ts"
import { foldLedger } from "./standing.ts"
import { openTiles, type Tiles } from "./tiles.ts"
import { openWriter, type Writer } from "./writer.ts"

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
  await using stack = new AsyncDisposableStack()
  const ground = await openGround(options, stack)
  const parts = await openParts(ground, stack, () => server.closeAllConnections())
  const server = openDoors(doorsOf(ground, parts))
  await parts.behind.begin()
  stack.use(leaveDatabase(options.folder, options.database))
  const port = await listen(server, options)
  const open = stack.move()
  return {
    ended: Promise.race([ground.ledger.lost, parts.writer.broken.then((error) => error.message)]),
    url: `http://${options.host}:${port}`,
    port,
    async [Symbol.asyncDispose]() {
      // Streams of mail end by themselves once nothing more is delivered.
      parts.delivery.close()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
      await open.disposeAsync()
    },
  }
}

/** What every part of a registry stands on: its office, its keys, its register as it is on disk. */
type Ground = {
  options: RegistryOptions
  crypto: Crypto
  clock: Clock
  founded: Founded
  signers: RegistrySigners
  ledger: Ledger
  growth: Growth
  tiles: Tiles
  log(message: string): void
}

async function openGround(options: RegistryOptions, stack: AsyncDisposableStack): Promise<Ground> {
  const { folder, clock, log } = options
  const crypto = nodeCrypto
  mkdirSync(folder, { recursive: true })
  const founded = openCharter(crypto, readFileSync(join(folder, "charter.json"), "utf8"))
  const signers = registrySigners(readKeys(join(folder, "registry.key")))
  const ledger = stack.use(await openLedger(options.database))
  const growth = await openGrowth(crypto, ledger)
  const tiles = openTiles(ledger, growth)
  return { options, crypto, clock, founded, signers, ledger, growth, tiles, log }
}

type Parts = {
  delivery: Delivery
  meters: RegistryMeters
  behind: Behind
  checkpoints: Checkpoints
  writer: Writer
  files: Files
  policy(size: bigint): Policy
}

/** The parts that know each other; what is opened last is closed first. `fell`: desks must come anew. */
async function openParts(ground: Ground, stack: AsyncDisposableStack, fell: () => void): Promise<Parts> {
  const { options, clock, ledger, growth, founded, signers, log } = ground
  const standing = await foldLedger(ground.crypto, ledger, founded)
  let roll = () => standing.roll
  const policy = openPolicies(ground.crypto, () => roll())
  const delivery = openDelivery(clock, ledger)
  const meters = openMeters(() => Number(growth.size()), delivery.followers)
  const behind = openBehind({
    ...ground,
    signer: signers.registry,
    writer: () => writer,
    checkpoints: () => checkpoints,
    fell,
  })
  stack.defer(() => behind.close())
  const checkpoints = await openCheckpoints({
    ...ground,
    origin: founded.charter.register.origin,
    signers: signers.register,
    witnesses: [...new Set([...options.witnesses, ...policy(growth.size()).witnesses.flatMap((w) => w.url ?? [])])],
    policy,
    published: delivery.published,
    held: behind.holds,
    beyond: behind.claim,
  })
  stack.defer(() => checkpoints.close())
  const writer = openWriter({
    ...ground,
    signer: signers.registry,
    standing,
    allowance: openAllowance(clock, () => roll().charter.limits),
    behind: behind.holds,
    handedIn: behind.handedIn,
    entered(rows) {
      delivery.entered(rows)
      meters.entered(rows.length)
      checkpoints.wake()
    },
  })
  roll = writer.roll
  stack.defer(() => writer.idle())
  stack.use(openForgetting(clock, ledger, log))
  const files = stack.use(openFilesOf(ground, behind))
  stack.defer(() => delivery.close())
  return { delivery, meters, behind, checkpoints, writer, files, policy }
}

function openFilesOf({ options, clock, founded, log }: Ground, behind: Behind): Files {
  const pool = new pg.Pool({ ...options.database, max: FILE_CONNECTIONS })
  pool.on("error", () => {}) // As for the ledger's: the next query reports what matters.
  const limits = founded.charter.limits.files ?? FILE_LIMITS
  return openFiles({ clock, pool, limits, behind: behind.holds, log })
}

/** What the doors ask, by who answers it. */
function doorsOf(ground: Ground, { delivery, meters, behind, checkpoints, writer, files, policy }: Parts): DoorsParts {
  const { crypto, clock, founded, signers, ledger, growth, tiles, log } = ground
  const { office } = founded
  const authenticate = (request: Request) =>
    verifiedDelegation(crypto, request, office, clock.now(), (delegation, key) => {
      const inForce = writer.roll().members[delegation]?.key?.ed25519
      return inForce?.name === key ? inForce : undefined
    })
  return {
    charter: founded.text,
    largestRequest: largestBody(writer.roll(), { to: "*" }) * 4,
    submit: writer.submit,
    courier: openCourier({ ...ground, office, writer, signer: signers.registry, behind: behind.holds }),
    size: growth.size,
    takeBack: behind.takeBack,
    authenticate,
    files: openFileDoors({ files, authenticate }),
    async follow(delegation, index, response) {
      const member = delegation ?? EVERYONE[0] ?? ""
      const now = { size: growth.size(), at: instantOf(clock) }
      // Behind, it does not know where lines end: signing less than it once stamped would speak against itself.
      const opening = behind.holds() ? [] : await lineHeads({ office, ledger, signer: signers.registry }, member, now)
      await delivery.follow(member, index, opening, response)
    },
    tile: tiles.read,
    checkpoint: checkpoints.latest,
    health: () => ({ ok: !behind.holds(), size: String(growth.size()), now: instantOf(clock), behind: behind.why() }),
    metrics: meters.text,
    page: (wishes) =>
      currentFrontPage(crypto, founded, writer.roll(), { checkpoint: checkpoints.latest(), policy }, wishes),
    log,
  }
}

async function listen(server: Server, { port, host }: RegistryOptions): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, host, resolve)
  })
  return (server.address() as AddressInfo).port
}
