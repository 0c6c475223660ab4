import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs"
import { dirname, join } from "node:path"
import { parseArgs } from "node:util"
import { openArchive } from "#desk/archive.ts"
import { SPARE, writeDeskBackup } from "#desk/restoring/backup.ts"
import {
  askForCertificate,
  type RestoreOptions,
  takeCertificate,
  takeSpare,
  unpackBackup,
} from "#desk/restoring/restore.ts"
import { ageLines } from "#desk/restoring/spare.ts"
import { openVault } from "#desk/vault.ts"
import { openCharter } from "#offices/roll/charter.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { systemClock } from "../clock.ts"
import { callDesk } from "./desk-call.ts"
import { delegationOf } from "./programs.ts"
import { openText } from "./root/folder.ts"
import { readPassphrase } from "./root/passphrase.ts"
import { say } from "./terminal.ts"

/** `iod desk backup`: everything but the keys into one sealed file, while the desk works or while it is stopped. */
export async function deskBackupCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { folder: { type: "string", default: "desk" }, to: { type: "string" } },
  })
  const { folder, to } = values
  if (!to) throw new Error("--to names the file to write")
  if (existsSync(to)) throw new Error(`${to} is there already: --to names another file`)
  if (!existsSync(join(folder, "charter.json"))) throw new Error(`there is no desk in ${folder}`)
  const bytes = (await fromRunning(folder, to)) ?? (await fromStopped(folder, to))
  say(`${to} holds this desk in ${bytes} bytes, sealed to those whom its folder names.`)
  const isSpare = existsSync(join(folder, SPARE))
  say(
    isSpare ? "A spare desk key is in it, sealed to the same." : "No spare desk key is in it: a restore asks the root.",
  )
  return 0
}

/** Undefined where no desk runs on the folder. */
async function fromRunning(folder: string, to: string): Promise<number | undefined> {
  let stream: AsyncIterable<Uint8Array>
  try {
    stream = await callDesk(folder).stream("/backup")
  } catch (error) {
    // What a desk left that was killed leads nowhere.
    const refused = error instanceof Error && "code" in error && error.code === "ECONNREFUSED"
    if (!refused && existsSync(join(folder, "api.json"))) throw error
    return undefined
  }
  return writeWhole(to, stream)
}

async function fromStopped(folder: string, to: string): Promise<number> {
  const { office } = openCharter(nodeCrypto, readFileSync(join(folder, "charter.json"), "utf8"))
  using archive = await openArchive(join(folder, "desk.sqlite"))
  const key = openVault(folder).desk[0].key.name
  const parts = { archive, clock: systemClock(), folder, office, delegation: delegationOf(folder), key }
  return writeWhole(to, await writeDeskBackup(parts))
}

/** The file appears under its name once it is whole and on disk. */
async function writeWhole(to: string, pieces: AsyncIterable<Uint8Array>): Promise<number> {
  const part = `${to}.part`
  const file = openSync(part, "w", 0o600)
  let bytes = 0
  try {
    for await (const piece of pieces) {
      for (let done = 0; done < piece.length; ) done += writeSync(file, piece, done)
      bytes += piece.length
    }
    fsyncSync(file)
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
  renameSync(part, to)
  const folder = openSync(dirname(to), "r")
  fsyncSync(folder)
  closeSync(folder)
  return bytes
}

/** `iod desk restore`: a desk from a backup in a new folder, under another key than the one that was in use. */
export async function deskRestoreCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      folder: { type: "string", default: "desk" },
      from: { type: "string" },
      identity: { type: "string" },
      "passphrase-file": { type: "string" },
      spare: { type: "string" },
      certificate: { type: "string" },
      lost: { type: "boolean", default: false },
      since: { type: "string" },
    },
  })
  const { folder, lost, since = null } = values
  if (since !== null && !(lost && isInstant(since)))
    throw new Error("--since takes an instant as 2027-01-31T12:00:00.000Z, with --lost")
  const clock = systemClock()
  if (values.certificate) {
    const options = { from: "", identities: [], folder, clock, lost, since }
    return restored(folder, await takeCertificate(options, readFileSync(values.certificate, "utf8")))
  }
  if (!values.from || !values.identity)
    throw new Error("--from names the backup and --identity the age identity that opens it")
  const identities = await identitiesIn(values.identity, values["passphrase-file"])
  const options: RestoreOptions = { from: values.from, identities, folder, clock, lost, since }
  const { made, delegation, next, spare } = await unpackBackup(options)
  say(`${folder} holds the desk of ${delegation} as it was at ${made}, up to index ${next} of the register.`)
  const sealed = values.spare ?? (spare ? join(folder, SPARE) : undefined)
  if (sealed) return restored(folder, await takeSpare(options, new Uint8Array(readFileSync(sealed))))
  say(
    `There was no spare desk key. Take ${askForCertificate(options)} to the root, which certifies it (iod root certify),`,
  )
  say(`and go on with: iod desk restore --folder ${folder} --certificate FILE`)
  return 0
}

/** Age identities in a file, or in one that is sealed with a passphrase. */
async function identitiesIn(file: string, passphraseFile: string | undefined): Promise<string[]> {
  const bytes = new Uint8Array(readFileSync(file))
  const text = Buffer.from(bytes).toString()
  if (!text.startsWith("age-encryption.org/")) return ageLines(text)
  const passphrase = await readPassphrase(passphraseFile, "Passphrase of the identity: ")
  return ageLines(
    await openText(bytes, passphrase).catch((cause: unknown) => {
      throw new Error(`${file} does not open with this passphrase`, { cause })
    }),
  )
}

function isInstant(text: string): boolean {
  return !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text
}

function restored(folder: string, key: string): number {
  say(`The desk speaks with the key ${key} from now on. Start it with: iod desk --folder ${folder}`)
  say("It enters that key first, takes in what came meanwhile, and sends nothing that was queued before an officer has")
  say("looked at it.")
  return 0
}
