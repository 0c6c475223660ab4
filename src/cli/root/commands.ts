import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { RECIPIENTS } from "#desk/restoring/backup.ts"
import { ageLines, certifyFor, encrypterTo, makeSpare, requestForm, sealSpare } from "#desk/restoring/spare.ts"
import { writeDurably } from "#desk/vault.ts"
import type { PublicAct } from "#offices/roll/acts.ts"
import { utf8 } from "#register/bytes.ts"
import { certifyDeskKey, parseKeyPair } from "#seal/desk-key.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { generateSealingIdentity } from "#seal/node/hybrid.ts"
import { newPairSeeds, publicPair } from "#seal/node/keys.ts"
import { signSuccession } from "#seal/root-notes.ts"
import { say } from "../terminal.ts"
import { acceptCommand } from "./accepting.ts"
import { amendCommand } from "./amending.ts"
import { COMMON, charterIn, readJson, signers, writeNew } from "./files.ts"
import {
  aloud,
  fingerprintOf,
  hasRoot,
  makeRoot,
  moveOn,
  readPublic,
  readRoot,
  sealText,
  signersOf,
  writeRoot,
} from "./folder.ts"
import { newPassphrase, readPassphrase } from "./passphrase.ts"
import { formatShare, joinRoot, parseShare, splitRoot } from "./shares.ts"

const COMMANDS = new Map<string, (args: string[]) => Promise<number>>([
  ["new", newCommand],
  ["accept", acceptCommand],
  ["certify", certifyCommand],
  ["spare", spareCommand],
  ["succeed", succeedCommand],
  ["split", splitCommand],
  ["join", joinCommand],
  ["amend", amendCommand],
])

/** `iod root …`: what is done where the root key is, on a machine that no network reaches. */
export async function rootCommand([verb = "", ...rest]: string[]): Promise<number> {
  const command = COMMANDS.get(verb)
  if (!command) throw new Error(`iod root knows ${[...COMMANDS.keys()].join(", ")}`)
  return command(rest)
}

/** Makes a root, the next root, and an identity that opens backups. */
async function newCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { ...COMMON, delegation: { type: "string" } } })
  const { folder, delegation = "" } = values
  if (!/^[a-z][a-z0-9-]{1,22}$/.test(delegation)) throw new Error("--delegation takes a name as the charter has it")
  const passphrase = await newPassphrase(values["passphrase-file"])
  const made = await makeRoot(folder, delegation, passphrase)
  const { identity, recipient } = generateSealingIdentity()
  writeDurably(join(folder, "backup-identity.age"), await sealText(`${identity}\n`, passphrase))
  writeDurably(join(folder, RECIPIENTS), `${recipient}\n`)
  say(`root of ${delegation}\n${aloud(made.fingerprint)}\n\nroot that alone may follow\n${aloud(made.next)}\n`)
  say(
    `${join(folder, "root.json")} is public. Read the fingerprints aloud to each other; the rest of ${folder} stays here.`,
  )
  return 0
}

/** Certifies a desk key in the place of another, and revokes that one in advance. */
async function certifyCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { ...COMMON, request: { type: "string" } } })
  const { delegation, office, key, replaces } = requestForm.parse(readJson(values.request, "--request"))
  const own = readPublic(values.folder)
  if (delegation !== own.delegation) throw new Error("the request is of another delegation")
  if (office === null || replaces === null) throw new Error("a first desk key is certified by iod root accept")
  const pair = parseKeyPair(nodeCrypto, key)
  const certified = certifyFor({ office, delegation, key: pair, replaces }, await signers(values, "root"))
  writeNew(values.to, `${JSON.stringify(certified, null, 2)}\n`)
  say(
    `${pair.name} is certified in the place of ${replaces}. The file also withdraws ${replaces}: enter that only if it is lost.`,
  )
  return 0
}

/** A spare desk key, sealed to those who may open the backups. */
async function spareCommand(args: string[]): Promise<number> {
  const options = {
    ...COMMON,
    charter: { type: "string" },
    replaces: { type: "string" },
    recipients: { type: "string" },
  } as const
  const { values } = parseArgs({ args, options })
  const { delegation } = readPublic(values.folder)
  const { office } = charterIn(values.charter)
  const { replaces = `${delegation}-desk-1` } = values
  const recipients = ageLines(readFileSync(values.recipients ?? join(values.folder, RECIPIENTS), "utf8"))
  const spare = makeSpare(office, delegation, replaces, await signers(values, "root"))
  writeNew(values.to, await sealSpare(spare, recipients))
  say(`${values.to} holds ${spare.key.name}, which may follow ${replaces}. Put it into the desk's folder as spare.age.`)
  return 0
}

/** The next root takes the place of the root, signs itself and names another. */
async function succeedCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { ...COMMON, charter: { type: "string" }, request: { type: "string" } },
  })
  const { folder } = values
  const { office } = charterIn(values.charter)
  const { delegation, fingerprint: replaces } = readPublic(folder)
  const passphrase = await readPassphrase(values["passphrase-file"], "Passphrase of the next root: ")
  const root = await readRoot(folder, "next", async () => passphrase)
  // On disk before anything names it, and taken up again after a crash.
  if (!hasRoot(folder, "after"))
    await writeRoot(folder, "after", newPairSeeds(`${delegation}-root-${numberOf(root.name) + 1}`), passphrase)
  const after = await readRoot(folder, "after", async () => passphrase)
  const [pair, signer] = [publicPair(signersOf(root)), signersOf(root)]
  const succession = signSuccession({ office, delegation, replaces, next: fingerprintOf(after) }, signer, pair)
  const act: PublicAct = { act: "root.replaced", matter: office, delegation, succession }
  const request = values.request ? requestForm.parse(readJson(values.request, "--request")) : undefined
  const certificate = request && {
    certificate: certifyDeskKey(
      { office, delegation, key: parseKeyPair(nodeCrypto, request.key), replaces: request.replaces },
      signer,
    ),
  }
  writeNew(values.to, `${JSON.stringify({ ...act, ...certificate }, null, 2)}\n`)
  const shown = await moveOn(folder, after, passphrase)
  say(`root of ${delegation}\n${aloud(shown.fingerprint)}\n\nroot that alone may follow\n${aloud(shown.next)}\n`)
  say(`${values.to} is a public act: the delegation's desk or the secretariat's enters it (iod desk enter).`)
  return 0
}

/** Gives custodians shares of the next root: of the present one nobody needs any. */
async function splitCommand(args: string[]): Promise<number> {
  const options = {
    ...COMMON,
    custodian: { type: "string", multiple: true, default: [] as string[] },
    needed: { type: "string" },
  } as const
  const { values } = parseArgs({ args, options })
  const { folder, custodian, to } = values
  const { delegation } = readPublic(folder)
  if (!to || !existsSync(to)) throw new Error("--to names the folder for the shares")
  const custodians = custodian.map((one) => one.split("="))
  if (custodians.some(([name, file]) => !name || !file))
    throw new Error("--custodian takes NAME=FILE with an age recipient")
  const passphrase = () => readPassphrase(values["passphrase-file"], "Passphrase of the next root: ")
  const key = await readRoot(folder, "next", passphrase)
  const shares = await splitRoot(delegation, key, custodians.length, Number(values.needed))
  for (const [i, share] of shares.entries()) {
    const [name = "", file = ""] = custodians[i] ?? []
    const page = formatShare(share)
    const recipients = ageLines(readFileSync(file, "utf8"))
    writeNew(join(to, `${name}.age`), await encrypterTo(recipients).encrypt(utf8(page)))
    writeNew(join(to, `${name}.txt`), page)
  }
  say(
    `${shares.length} shares of ${key.name} lie in ${to}, ${values.needed} of them are needed:\n${aloud(fingerprintOf(key))}\n`,
  )
  say("Print each .txt on a printer that keeps nothing, hand it over in person, and delete it. Each .age is the same")
  say("share, sealed to its custodian. Then drill: iod root join --drill with as many as are needed.")
  return 0
}

/** Joins shares to the root that they are of; `--drill` only says whether they are it. */
async function joinCommand(args: string[]): Promise<number> {
  const options = {
    ...COMMON,
    share: { type: "string", multiple: true, default: [] as string[] },
    drill: { type: "boolean", default: false },
  } as const
  const { values } = parseArgs({ args, options })
  const shares = values.share.map((file) => parseShare(readFileSync(file, "utf8")))
  const key = await joinRoot(shares)
  say(`These shares are ${key.name}:\n${aloud(fingerprintOf(key))}\n`)
  if (values.drill) {
    say("A drill: nothing was written.")
    return 0
  }
  const { folder } = values
  const [first] = shares
  const passphrase = await newPassphrase(values["passphrase-file"])
  if (existsSync(join(folder, "root.json"))) {
    if (readPublic(folder).next !== fingerprintOf(key)) throw new Error(`the root in ${folder} named another next one`)
  } else throw new Error(`${folder} lacks root.json of the root that is replaced: it is public, copy it there`)
  await writeRoot(folder, "next", key, passphrase)
  say(`It lies in ${folder} as the next root of ${first?.delegation}: iod root succeed puts it in the root's place.`)
  return 0
}

function numberOf(name: string): number {
  return Number(/-(\d{1,6})$/.exec(name)?.[1] ?? 1)
}
