import { readdirSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fromHex } from "#register/bytes.ts"
import type { TreeHead } from "#register/tree.ts"
import { programFolder } from "../src/cli/exercise/found.ts"
import type { Load } from "./crash-load.ts"
import type { CrashOffice } from "./crash-office.ts"

/** A checkpoint that somebody keeps in a file. */
export type KeptHead = TreeHead & { whose: string }

/** Checks a closed desk's file from outside; answers the checkpoints that the desk verified. */
export function readArchive(office: CrashOffice, desk: string, load: Load): KeptHead[] {
  const folder = office.folderOf(desk)
  using file = new DatabaseSync(join(folder, "desk.sqlite"), { readOnly: true })
  const damage = file.prepare("PRAGMA integrity_check").get()?.integrity_check
  if (damage !== "ok") throw new Error(`${desk}'s archive is damaged: ${damage}`)
  if (readdirSync(join(folder, "evidence")).length > 0) throw new Error(`${desk} keeps evidence files`)
  const state = file.prepare("SELECT state FROM outbox WHERE token = ?")
  for (const one of load.handed.filter((h) => h.desk === desk && h.acknowledged))
    if (state.get(one.token)?.state !== "stamped") throw new Error(`${one.token} is not stamped in ${desk}'s outbox`)
  const heads = file.prepare("SELECT size, root FROM checkpoint").all()
  return heads.map(({ size, root }) => ({
    ...{ size: BigInt(String(size)), root: fromHex(String(root)), whose: `${desk}'s` },
  }))
}

/** The last checkpoint that each witness of a closed office cosigned. */
export function cosignedHeads(office: CrashOffice): KeptHead[] {
  const witnesses = programFolder(join(office.data, "office"), "witness")
  return readdirSync(witnesses).flatMap((name) => {
    using file = new DatabaseSync(join(witnesses, name, "witness.sqlite"), { readOnly: true })
    const heads = file.prepare("SELECT size, root FROM logs").all()
    return heads.map(({ size, root }) => ({ size: BigInt(String(size)), root: root as Uint8Array, whose: `${name}'s` }))
  })
}
