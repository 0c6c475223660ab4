import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { setInterval } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import pg from "pg"
import type { Desk } from "#desk/open.ts"
import { leaveScriptAddress, listenDesk } from "#desk/serve.ts"
import { writeBackup } from "#registry/backup.ts"
import { restoreBackup } from "#registry/restore.ts"
import { programFolder } from "../src/cli/exercise/found.ts"
import { systemClock } from "../src/clock.ts"
import { attach, filesAt, opened, sayWith, untilFiles } from "./files.ts"
import { type Office, openOffice, received, say, until } from "./office.ts"

const IOD = fileURLToPath(new URL("../src/cli/iod.ts", import.meta.url))

test("a file travels sealed from one desk to another and opens there as it was", async () => {
  await using office = await openOffice()
  const line = office.line("direct line")
  const [from, to] = [office.desk("ukraine"), office.desk("russian-federation")]
  const [large, small] = [randomBytes(5_000_000), Buffer.from("км 14, опора № 7")]
  const uploads = [await attach(from, large, "схема.pdf", "application/pdf"), await attach(from, small, "a.txt")]
  const matter = sayWith(from, line, "see the drawing", uploads)
  const message = await received(to, line, matter)
  await untilFiles(to, message, "taken")
  assert.deepEqual(
    filesAt(to, message).map(({ name, type, size }) => ({ name, type, size })),
    [
      { name: "схема.pdf", type: "application/pdf", size: 5_000_000 },
      { name: "a.txt", type: "application/octet-stream", size: small.length },
    ],
  )
  assert.deepEqual(await opened(to, message, 0), large)
  assert.deepEqual(await opened(to, message, 1), small)
  assert.deepEqual(await opened(from, message, 0), large)
  const pool = new pg.Pool({ ...office.postgres.connectionOptions, max: 1 })
  const { rows } = await pool.query(
    "SELECT (SELECT count(*) FROM piece) AS pieces, (SELECT count(*) FROM file) AS files",
  )
  await pool.end()
  assert.deepEqual(rows, [{ pieces: "0", files: "2" }], "what everybody holds, the registry keeps no longer")

  await until(to, "it is witnessed", () => to.views.message(line, matter)?.witnessed !== null)
  const disclose = [message.header, ...filesAt(to, message).map(({ text }) => text)]
  const sheet = await to.sheet(line, matter, { language: "en", disclose })
  assert.ok(typeof sheet === "string" && sheet.includes(filesAt(to, message)[0]?.file ?? "-"))
  assert.ok(!/AGE-SECRET-KEY|схема/.test(sheet), "a sheet does not hand out what opens a file")
})

test("while its files are on their way an act waits, and others of its line pass", async () => {
  await using office = await openOffice()
  const line = office.line("direct line")
  const [from, to] = [office.desk("ukraine"), office.desk("russian-federation")]
  const upload = await attach(from, randomBytes(3_000_000), "a.bin")
  await office.closeRegistry()
  const first = sayWith(from, line, "with a file", [upload])
  const second = say(from, line, "without one")
  assert.deepEqual(
    from.views.waiting().map((row) => [row.state, row.files?.length]),
    [
      ["waiting", undefined],
      ["filing", from.views.waiting()[1]?.files?.length],
    ],
  )
  await office.reopenRegistry()
  const [one, two] = [await received(to, line, first), await received(to, line, second)]
  assert.ok(two.place < one.place)
  await untilFiles(to, one, "taken")
})

test("a backup carries the files on their way, and what is missing in it is offered again by its author", async () => {
  await using office = await openOffice({ clock: systemClock(0, 10) })
  const line = office.line("direct line")
  const from = office.desk("ukraine")
  await office.closeDesk("russian-federation")
  const contents = [randomBytes(2_500_000), randomBytes(100_000)]
  const send = async (i: number) => {
    const upload = await attach(from, contents[i] ?? assert.fail(), `${i}.bin`)
    const message = { line, matter: sayWith(from, line, `file ${i}`, [upload]) }
    await received(from, line, message.matter)
    return message
  }
  const [first, second] = [await send(0), await send(1)]
  const file = join(office.data, "registry.backup")
  await writeBackup(office.postgres.connectionOptions, from.founded, file)
  await received(from, line, say(from, line, "after the backup"))
  await office.closeRegistry()
  const client = new pg.Client(office.postgres.connectionOptions)
  await client.connect()
  await client.query("DROP SCHEMA public CASCADE")
  await client.query("CREATE SCHEMA public")
  const folder = programFolder(office.data, "registry")
  await restoreBackup({ folder, database: office.postgres.connectionOptions, file })
  // As if the backup were older than the second file.
  await client.query("DELETE FROM file WHERE length < 1000000")
  await office.reopenRegistry()
  const signal = AbortSignal.timeout(60_000)
  for await (const _ of setInterval(50)) {
    const { rows } = await client.query("SELECT count(*) AS whole FROM file WHERE complete IS NOT NULL")
    if (rows[0].whole === "2") break
    assert.ok(!signal.aborted, "its author offers what the registry lost")
  }
  await client.end()
  const to = await office.reopenDesk("russian-federation")
  for (const [i, message] of [first, second].entries()) {
    await received(to, line, message.matter)
    await untilFiles(to, message, "taken")
    assert.deepEqual(await opened(to, message), contents[i])
  }
})

test("a script attaches a file without its metadata and saves what came, overwriting nothing", async () => {
  await using office = await openOffice()
  const [from, to] = [office.desk("ukraine"), office.desk("russian-federation")]
  const scripts = await Promise.all([from, to].map((desk) => scriptOf(office, desk)))
  const work = mkdtempSync(join(tmpdir(), "iod-script-"))
  const [photo, table] = [join(work, "photo.jpg"), join(work, "large.csv")]
  const picture = [0xff, 0xd8, 0xff, 0xfe, 0, 8, ...Buffer.from("secret"), 0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9]
  const rows = Buffer.from("км;14\n".repeat(400_000))
  writeFileSync(photo, Buffer.from(picture))
  writeFileSync(table, rows)
  const words = ["--line", "direct line", "--subject", "Two files", "--body", "see both", "--without-metadata"]
  const matter = (await iod("send", ...(scripts[0] ?? []), ...words, "--attach", photo, "--attach", table)).trim()
  const message = await received(to, office.line("direct line"), matter)
  await untilFiles(to, message, "taken")
  const saved = await iod("save", ...(scripts[1] ?? []), "--matter", matter, "--to", work).catch((error) => error)
  assert.match(String(saved), /EEXIST/)
  const folder = join(work, "saved")
  mkdirSync(folder)
  await iod("save", ...(scripts[1] ?? []), "--matter", matter, "--to", folder)
  assert.ok(readFileSync(join(folder, "large.csv")).equals(rows))
  assert.deepEqual([...readFileSync(join(folder, "photo.jpg"))], [...picture.slice(0, 2), ...picture.slice(12)])
  writeFileSync(join(work, "a.pdf"), "%PDF-1.7")
  const refused = iod("send", ...(scripts[0] ?? []), ...words, "--attach", join(work, "a.pdf"))
  await assert.rejects(refused, /cannot be removed/)
  rmSync(work, { recursive: true })
})

async function iod(verb: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [IOD, "desk", verb, ...args])
  return stdout
}

/** Lets scripts reach a desk of this process; answers the words that name it. */
async function scriptOf(office: Office, desk: Desk): Promise<string[]> {
  const server = await listenDesk(desk, "127.0.0.1", 0)
  server.unref()
  const address = server.address()
  const port = typeof address === "object" && address ? address.port : 0
  const folder = programFolder(office.data, "desk", desk.delegation)
  leaveScriptAddress(desk, folder, `http://127.0.0.1:${port}`, `${desk.delegation}.localhost:${port}`)
  return ["--folder", folder]
}
