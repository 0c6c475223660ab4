import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { Desk } from "#desk/open.ts"
import { RECIPIENTS } from "#desk/restoring/backup.ts"
import { leaveScriptAddress, listenDesk } from "#desk/serve.ts"
import { type PublicAct, publicAct } from "#offices/roll/acts.ts"
import { fingerprint } from "#seal/desk-key.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { generateSealingIdentity } from "#seal/node/hybrid.ts"
import { newPairSeeds } from "#seal/node/keys.ts"
import { type Plan, programFolder } from "../src/cli/exercise/found.ts"
import { fingerprintOf, publicRootForm, readRoot } from "../src/cli/root/folder.ts"
import { formatShare, joinRoot, parseShare, splitRoot } from "../src/cli/root/shares.ts"
import { type Office, openOffice, received, say, until } from "./office.ts"

const IOD = fileURLToPath(new URL("../src/cli/iod.ts", import.meta.url))
const execute = promisify(execFile)

async function iod(...args: string[]): Promise<string> {
  const { stdout } = await execute(process.execPath, [IOD, ...args])
  return stdout
}

const PLAN: Plan = { desks: ["secretariat", "switzerland"], witnesses: ["austria"], lines: [] }
const NAME = "newland"

let tokens = 0
async function enter(desk: Desk, act: PublicAct): Promise<void> {
  const said = await desk.participation.say({ act, token: `root-drill-${++tokens}` }, "officer")
  assert.ok("outbox" in said, JSON.stringify(said))
}

type Drill = { data: string; secret: string }

/** Makes a root and accepts the mandate for a desk key with it, by the commands; answers the acceptance's file. */
async function acceptWith(
  { data, secret }: Drill,
  root: string,
  desk: string,
  names: readonly string[],
): Promise<string> {
  const [charter, accession] = [join(data, "charter.json"), join(root, "accession.json")]
  await iod("root", "new", "--delegation", NAME, "--folder", root, "--passphrase-file", secret)
  const request = ["--request", join(desk, "desk-key-request.json"), "--to", accession, "--passphrase-file", secret]
  const named = names.flatMap((name) => ["--name", name])
  const said = await iod(
    ...["root", "accept", "--folder", root, "--charter", charter, "--language", "uk"],
    ...named,
    ...request,
  )
  assert.match(said, /This is what is signed/)
  return accession
}

/** The desk's folder as its delegation makes it. */
async function newDesk(drill: Drill, root: string, desk: string): Promise<string> {
  await iod("desk", "new", "--delegation", NAME, "--folder", desk)
  const accession = await acceptWith(drill, root, desk, ["en=Newland", "uk=Нова Земля", "ru=Новая Земля"])
  copyFileSync(accession, join(desk, "accession.json"))
  copyFileSync(join(drill.data, "charter.json"), join(desk, "charter.json"))
  copyFileSync(join(root, RECIPIENTS), join(desk, RECIPIENTS))
  copyFileSync(join(root, "backup-identity.age"), join(drill.data, "backup-identity.age"))
  return accession
}

/** The clerk registers an acceptance, the council vouches for its root. */
async function confirm(office: Office, accession: string): Promise<string> {
  const [secretariat, council] = [office.desk("secretariat"), office.desk("switzerland")]
  const read = await secretariat.participation.readAccession(readFileSync(accession, "utf8"))
  assert.ok("act" in read)
  await enter(secretariat, read.act)
  const claims = () => council.book.roll().members[NAME]?.claims ?? []
  await until(council, "the claim is shown", () => claims().some((one) => one.fingerprint === read.fingerprint))
  const matter = council.founded.office
  await enter(council, { act: "delegation.key-confirmed", matter, delegation: NAME, root: read.fingerprint })
  return read.fingerprint
}

function rootOf(desk: Desk): string | undefined {
  const root = desk.book.roll().members[NAME]?.root
  return root ? fingerprint(nodeCrypto, root) : undefined
}

test("a root that is lost is followed by the next one from its custodians; both lost, by what the council confirms", async () => {
  await using office = await openOffice({ plan: PLAN })
  const { data } = office
  const secretariat = office.desk("secretariat")
  const secret = join(data, "passphrase.txt")
  writeFileSync(secret, "correct horse battery staple\n")
  writeFileSync(join(data, "charter.json"), secretariat.founded.text)
  const [root, desk] = [join(data, "root"), programFolder(data, "desk", NAME)]
  const first = await confirm(office, await newDesk({ data, secret }, root, desk))
  const theirs = await office.reopenDesk(NAME)
  await until(secretariat, "it takes part", () => secretariat.book.roll().members[NAME]?.state === "active")
  assert.equal(rootOf(secretariat), first)

  const shares = join(data, "shares")
  mkdirSync(shares)
  writeFileSync(join(data, "custodian.txt"), generateSealingIdentity().recipient)
  const custodians = ["a", "b", "c"].flatMap((name) => ["--custodian", `${name}=${join(data, "custodian.txt")}`])
  await iod(
    "root",
    "split",
    "--folder",
    root,
    ...custodians,
    "--needed",
    "2",
    "--to",
    shares,
    "--passphrase-file",
    secret,
  )
  const two = ["--share", join(shares, "a.txt"), "--share", join(shares, "c.txt")]
  assert.match(await iod("root", "join", ...two, "--drill"), /nothing was written/)

  // All that was in the safe is gone; what is public is on the roll and in every hand.
  const vault = join(data, "vault")
  mkdirSync(vault)
  copyFileSync(join(root, "root.json"), join(vault, "root.json"))
  const { next } = publicRootForm.parse(JSON.parse(readFileSync(join(root, "root.json"), "utf8")))
  rmSync(root, { recursive: true })
  await iod("root", "join", ...two, "--folder", vault, "--passphrase-file", secret)
  const succession = join(data, "succession.json")
  const charter = ["--charter", join(data, "charter.json")]
  await iod("root", "succeed", "--folder", vault, ...charter, "--to", succession, "--passphrase-file", secret)
  const server = await listenDesk(theirs, "127.0.0.1", 0)
  const address = server.address()
  assert.ok(typeof address === "object" && address)
  leaveScriptAddress(theirs, desk, `http://127.0.0.1:${address.port}`, `${NAME}.localhost:${address.port}`)
  await iod("desk", "enter", succession, "--folder", desk)
  server.close()
  server.closeAllConnections()
  await until(secretariat, "the next root took its place", () => rootOf(secretariat) === next)
  assert.ok(publicAct.parse(JSON.parse(readFileSync(succession, "utf8"))))

  rmSync(vault, { recursive: true })
  await office.closeDesk(NAME)
  const backup = join(data, "desk.age")
  await iod("desk", "backup", "--folder", desk, "--to", backup)
  rmSync(desk, { recursive: true })
  await iod(
    "desk",
    "restore",
    "--from",
    backup,
    "--identity",
    join(data, "backup-identity.age"),
    "--folder",
    desk,
    "--passphrase-file",
    secret,
  )
  const accession = await acceptWith({ data, secret }, join(data, "root-anew"), desk, [])
  await iod("desk", "restore", "--folder", desk, "--certificate", accession)
  const anew = await confirm(office, accession)
  await until(secretariat, "the council's word stands", () => rootOf(secretariat) === anew)
  assert.equal(secretariat.book.roll().members[NAME]?.key?.name, "newland-desk-2")
  const back = await office.reopenDesk(NAME)
  const open = () => back.views.lines().find(({ purpose }) => purpose === "secretariat")
  await until(back, "its line is there", () => open() !== undefined)
  const line = open()?.id ?? ""
  await received(secretariat, line, say(back, line, "All was lost, and we are here."))
})

test("a row that was typed wrongly is named, and fewer shares than are needed are nothing", async () => {
  const key = newPairSeeds("ukraine-root-2")
  const shares = await splitRoot("ukraine", key, 5, 3)
  const pages = shares.map(formatShare)
  const typed = pages.map((page) => page.toUpperCase().replaceAll("  ", "   "))
  assert.deepEqual(await joinRoot(typed.slice(1, 4).map(parseShare)), key)
  await assert.rejects(joinRoot(shares.slice(0, 2)), /3 shares are needed/)
  await assert.rejects(joinRoot([shares[0], shares[0], shares[1]].flatMap((one) => one ?? [])), /twice/)
  const page = pages[0] ?? ""
  const row = page.split("\n")[8] ?? ""
  assert.match(row, /^ 3 {2}/)
  const wrong = page.replace(
    row,
    row.replace(/[0-9a-f]/g, (digit, at) => (at === 4 ? (digit === "0" ? "1" : "0") : digit)),
  )
  assert.throws(() => parseShare(wrong), /row 3/)
  const lied = shares.map((one, i) =>
    i === 0 ? { ...one, bytes: one.bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte)) } : one,
  )
  await assert.rejects(joinRoot(lied.slice(0, 3)), /not what it was/)
  assert.match(fingerprintOf(key), /^[0-9a-f]{64}$/)
  await assert.rejects(
    readRoot("/nowhere", "root", async () => ""),
    /there is no root\.age/,
  )
})
