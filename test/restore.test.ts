import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { RECIPIENTS, SPARE, webStream } from "#desk/restoring/backup.ts"
import { certifyFor, decrypterOf, encrypterTo, makeSpare, requestForm, sealSpare } from "#desk/restoring/spare.ts"
import { readTar, writeTar } from "#desk/restoring/tar.ts"
import { leaveScriptAddress, listenDesk } from "#desk/serve.ts"
import { openVault, writeDurably } from "#desk/vault.ts"
import { parseKeyPair } from "#seal/desk-key.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { generateSealingIdentity } from "#seal/node/hybrid.ts"
import { programFolder } from "../src/cli/exercise/found.ts"
import { openAuthor } from "./attacks/author.ts"
import { type Office, openOffice, received, say, settled, until } from "./office.ts"

const IOD = fileURLToPath(new URL("../src/cli/iod.ts", import.meta.url))
const execute = promisify(execFile)

async function iod(...args: string[]): Promise<string> {
  const { stdout } = await execute(process.execPath, [IOD, ...args])
  return stdout
}

const NAME = "ukraine"
const { identity, recipient } = generateSealingIdentity()

type Drill = { office: Office; folder: string; backup: string; identity: string }

/** An office whose desk `ukraine` names who may open its backups, with an identity file beside it. */
async function openDrill(spare: boolean): Promise<Drill & AsyncDisposable> {
  const office = await openOffice()
  const folder = programFolder(office.data, "desk", NAME)
  writeDurably(join(folder, RECIPIENTS), `# the head of delegation\n${recipient}\n`)
  const { root, desk } = openVault(folder)
  assert.ok(root)
  if (spare)
    writeDurably(
      join(folder, SPARE),
      await sealSpare(makeSpare(office.desk(NAME).founded.office, NAME, desk[0].key.name, root), [recipient]),
    )
  const file = join(office.data, "identity.txt")
  writeFileSync(file, `# kept apart\n${identity}\n`)
  return {
    ...{ office, folder, backup: join(office.data, "desk.age"), identity: file },
    [Symbol.asyncDispose]: () => office[Symbol.asyncDispose](),
  }
}

/** Backs the desk up while it works, by the command. */
async function backUp({ office, folder, backup }: Drill): Promise<void> {
  const desk = office.desk(NAME)
  const server = await listenDesk(desk, "127.0.0.1", 0)
  const address = server.address()
  assert.ok(typeof address === "object" && address)
  leaveScriptAddress(desk, folder, `http://127.0.0.1:${address.port}`, `${NAME}.localhost:${address.port}`)
  await iod("desk", "backup", "--folder", folder, "--to", backup)
  server.close()
  server.closeAllConnections()
}

/** The machine with all its disk is gone; what was its folder is kept aside only to be looked at. */
async function lose({ office, folder }: Drill): Promise<string> {
  await office.closeDesk(NAME)
  const aside = `${folder}.gone`
  renameSync(folder, aside)
  return aside
}

test("a desk that is lost with its disk comes back under its spare key, with all that was acknowledged", async () => {
  await using drill = await openDrill(true)
  const { office, folder, backup } = drill
  const [desk, other] = [office.desk(NAME), office.desk("russian-federation")]
  const line = office.line("direct line")
  const before = say(desk, line, "Said before the backup.")
  await received(other, line, before)
  await settled(office)
  await office.closeRegistry()
  const queued = say(desk, line, "Queued when the backup was made.")
  await backUp(drill)
  await office.reopenRegistry()
  await received(other, line, queued)
  const after = say(desk, line, "Said after the backup, and acknowledged by the office.")
  await received(other, line, after)
  const theirs = say(other, line, "Said to a desk that is about to burn.")
  await received(desk, line, theirs)
  await settled(office)
  await lose(drill)
  const meanwhile = say(other, line, "Said while nobody was there.")

  await iod("desk", "restore", "--from", backup, "--identity", drill.identity, "--folder", folder)
  const back = await office.reopenDesk(NAME)
  await until(back, "it has caught up", () => back.status().restored?.caughtUp === true)
  assert.equal(back.book.roll().members[NAME]?.key?.name, "ukraine-desk-2")
  for (const matter of [before, queued, after, theirs, meanwhile])
    await until(back, "every text is here again", () => typeof back.views.message(line, matter)?.body === "string")
  assert.ok((back.status().restored?.own.lacked ?? 0) > 0, "it knows that others have seen more than the backup held")
  await until(back, "what left after the backup is known again", () => back.restoring.held().length === 0)
  await received(other, line, say(back, line, "We are back."))
  for (const one of office.desks.values()) assert.deepEqual(one.evidenceView(), [])
  assert.equal(back.status().keyEvent, null)
  assert.equal(back.status().restored?.foreign, null)
})

test("a backup holds no key, and opens with age and tar for whom the delegation named", async () => {
  await using drill = await openDrill(true)
  await backUp(drill)
  const decrypted = await decrypterOf([identity]).decrypt(new Blob([readFileSync(drill.backup)]).stream())
  const names: string[] = []
  for await (const { name } of readTar(decrypted as unknown as AsyncIterable<Uint8Array>)) names.push(name)
  for (const name of ["backup.json", "charter.json", "desk.sqlite", SPARE]) assert.ok(names.includes(name), name)
  assert.deepEqual(
    names.filter((name) => /\.key|api\.json/.test(name)),
    [],
  )
  assert.deepEqual(
    readdirSync(drill.folder).filter((name) => name.endsWith(".part")),
    [],
  )
  const stranger = join(drill.office.data, "stranger.txt")
  writeFileSync(stranger, generateSealingIdentity().identity)
  const folder = join(drill.office.data, "elsewhere")
  await assert.rejects(
    iod("desk", "restore", "--from", drill.backup, "--identity", stranger, "--folder", folder),
    /does not open/,
  )
  const whole = readFileSync(drill.backup)
  writeFileSync(drill.backup, whole.subarray(0, whole.length - 70_000))
  const restore = ["desk", "restore", "--from", drill.backup, "--identity", drill.identity, "--folder", folder]
  await assert.rejects(iod(...restore), "one that is cut off")
  const evil = writeTar([{ name: "../evil", length: 4, pieces: [Buffer.from("evil")] }])
  const encrypted = await encrypterTo([recipient]).encrypt(webStream(evil))
  const pieces: Uint8Array[] = []
  for await (const piece of encrypted as unknown as AsyncIterable<Uint8Array>) pieces.push(piece)
  writeFileSync(drill.backup, Buffer.concat(pieces))
  await assert.rejects(iod(...restore), /holds a file that no backup holds/)
  assert.ok(!existsSync(join(folder, "../evil")))
  writeFileSync(drill.backup, whole)
  assert.match(await iod(...restore), /speaks with the key ukraine-desk-2/)
  rmSync(join(drill.folder, RECIPIENTS))
  await drill.office.closeDesk(NAME)
  await assert.rejects(iod("desk", "backup", "--folder", drill.folder, "--to", `${drill.backup}.2`), /names nobody/)
  assert.ok(!existsSync(`${drill.backup}.2`))
})

test("what was queued leaves only on an officer's word", async () => {
  await using drill = await openDrill(true)
  const { office, folder, backup } = drill
  const other = office.desk("russian-federation")
  const line = office.line("direct line")
  await settled(office)
  await office.closeRegistry()
  const desk = office.desk(NAME)
  say(desk, line, "Let it go.")
  say(desk, line, "Drop it.")
  await backUp(drill)
  await lose(drill)
  await office.reopenRegistry()
  await iod("desk", "restore", "--from", backup, "--identity", drill.identity, "--folder", folder)
  const back = await office.reopenDesk(NAME)
  await until(back, "it has caught up", () => back.status().restored?.caughtUp === true)
  const [first, second, ...more] = back.restoring.held()
  assert.ok(first && second && more.length === 0, JSON.stringify(back.restoring.held()))
  assert.ok(back.restoring.decide(second.id, "drop"))
  assert.ok(back.restoring.decide(first.id, "send"))
  assert.ok(!back.restoring.decide(first.id, "send"), "once")
  const came = () => other.views.messages({ line, before: undefined, limit: 10 }).filter(({ by }) => by === NAME)
  await until(other, "the one that was let go arrives", () => came().length === 1)
  assert.equal(came()[0]?.subject, "Subject of Let it go.")

  const thief = await openAuthor(office, NAME, () => other.book.roll())
  assert.equal(await thief.post(thief.compose(line, "Signed with this desk's key, and not by it.")), "stamped")
  const again = await office.reopenDesk(NAME)
  await until(again, "its officers are called", () => again.status().restored?.foreign !== null)
  const stopped = say(again, line, "Not before an officer has looked.")
  assert.equal(again.outbox.next(new Set(), true, 32).length, 0)
  assert.ok(again.restoring.goOn())
  await received(other, line, stopped)
})

test("a desk lost to somebody revokes the old key, without a spare key its root certifies one on the spot", async () => {
  await using drill = await openDrill(false)
  const { office, folder, backup } = drill
  await settled(office)
  await backUp(drill)
  const gone = await lose(drill)
  const said = await iod("desk", "restore", "--from", backup, "--identity", drill.identity, "--folder", folder)
  assert.match(said, /no spare desk key/)
  await assert.rejects(office.reopenDesk(NAME), /not wholly restored/)
  const {
    office: id,
    delegation,
    key,
    replaces,
  } = requestForm.parse(JSON.parse(readFileSync(join(folder, "desk-key-request.json"), "utf8")))
  const { root } = openVault(gone)
  assert.ok(root && id !== null && replaces !== null)
  const certified = certifyFor({ office: id, delegation, replaces, key: parseKeyPair(nodeCrypto, key) }, root)
  const file = join(office.data, "certified.json")
  writeFileSync(file, JSON.stringify(certified))
  await iod(
    "desk",
    "restore",
    "--folder",
    folder,
    "--certificate",
    file,
    "--lost",
    "--since",
    "2026-11-01T00:00:00.000Z",
  )
  const back = await office.reopenDesk(NAME)
  const secretariat = office.desk("secretariat")
  await until(secretariat, "the old key is revoked", () =>
    Boolean(secretariat.book.roll().members[NAME]?.revokedKeys.includes("ukraine-desk-1")),
  )
  assert.equal(secretariat.book.roll().members[NAME]?.key?.name, "ukraine-desk-2")
  await until(back, "it has caught up", () => back.status().restored?.caughtUp === true)

  // Whoever has the old machine starts it.
  renameSync(folder, `${folder}.new`)
  await office.closeDesk(NAME)
  renameSync(gone, folder)
  const old = await office.reopenDesk(NAME)
  await until(old, "it does not speak", () => !old.status().connected)
})
