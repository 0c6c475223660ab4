import { mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { type Rules, rules } from "#offices/index.ts"
import { type Founded, openCharter } from "#offices/roll/charter.ts"
import type { Crypto } from "#register/crypto.ts"
import { parseVerifierKey, type VerifierKey } from "#register/note.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import type { Clock } from "../clock.ts"
import { type Archive, openArchive } from "./archive.ts"
import { type Evidence, openEvidence } from "./evidence.ts"
import { type Live, openLive } from "./live.ts"
import { foldAgainIfOlder } from "./rebuild.ts"
import { refuseUnfinished } from "./restoring/restore.ts"
import { openVault, type Vault } from "./vault.ts"

export type DeskOptions = {
  /** Holds `charter.json` and the key files; archive and evidence are made in it. */
  folder: string
  delegation: string
  registry: string
  clock: Clock
  log(message: string): void
  /** The versions of the rules that the release carries: all that this one knows, where nothing is said. */
  versions?: ReadonlyMap<number, Rules>
}

/** What every room of a desk stands on: charter, keys, archive, whom it tells and where it keeps what accuses. */
export type Ground = Omit<DeskOptions, "versions"> & {
  readonly versions: ReadonlyMap<number, Rules>
  readonly crypto: Crypto
  readonly founded: Founded
  readonly office: string
  readonly registryKey: VerifierKey
  readonly vault: Vault
  readonly archive: Archive
  readonly live: Live
  readonly evidence: Evidence
  /** Index of the first entry that this desk lacks. */
  next(): bigint
}

/** Opens a desk's folder; nothing is sent or asked for yet. */
export async function openGround(options: DeskOptions): Promise<Ground> {
  const { clock, folder, versions = rules } = options
  mkdirSync(folder, { recursive: true })
  refuseUnfinished(folder)
  const founded = openCharter(nodeCrypto, readFileSync(join(folder, "charter.json"), "utf8"))
  const registryKey = parseVerifierKey(nodeCrypto, founded.charter.registry)
  const vault = openVault(folder)
  const archive = await openArchive(join(folder, "desk.sqlite"))
  archive.setMeta("delegation", options.delegation)
  await foldAgainIfOlder({ archive, crypto: nodeCrypto, founded, versions }, options.log)
  const live = openLive(clock)
  const evidence = openEvidence(archive, clock, folder, (code) => live.tell({ kind: "evidence", code }))
  const next = () => BigInt(archive.meta("next") ?? 0)
  return {
    ...options,
    versions,
    crypto: nodeCrypto,
    founded,
    office: founded.office,
    registryKey,
    vault,
    archive,
    live,
    evidence,
    next,
  }
}
