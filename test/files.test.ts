import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { join } from "node:path"
import { test } from "node:test"
import pg from "pg"
import { writeBackup } from "#registry/backup.ts"
import { restoreBackup } from "#registry/restore.ts"
import { programFolder } from "../src/cli/exercise/found.ts"
import { systemClock } from "../src/clock.ts"
import { attach, filesAt, opened, sayWith, untilFiles } from "./files.ts"
import { openOffice, received, say, until } from "./office.ts"

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
  await client.end()
  await office.reopenRegistry()
  const to = await office.reopenDesk("russian-federation")
  for (const [i, message] of [first, second].entries()) {
    await received(to, line, message.matter)
    await untilFiles(to, message, "taken")
    assert.deepEqual(await opened(to, message), contents[i])
  }
})
