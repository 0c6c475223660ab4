import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { cp, mkdir, mkdtemp, mkdtempDisposable, readdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { after, before, test } from "node:test"
import pg from "pg"
import { type EmbeddedPostgres, openEmbeddedPostgres } from "./embedded.ts"
import { servesFolder } from "./previous.ts"
import { installedPrograms } from "./programs.ts"

const temporaryFolder = () => mkdtempDisposable(join(tmpdir(), "iod-test-"))

async function query(postgres: EmbeddedPostgres, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(postgres.connectionOptions)
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

// Most tests start from data that is there already: making it costs twenty times a start.
let template = ""
before(async () => {
  template = await mkdtemp(join(tmpdir(), "iod-test-"))
  await using _made = await openEmbeddedPostgres({ folder: join(template, "postgres") })
})
after(() => rm(template, { recursive: true }))

/** A data folder in `place` as a clean stop leaves it. */
async function stoppedData(place: string): Promise<string> {
  await cp(join(template, "postgres"), join(place, "postgres"), { recursive: true })
  return join(place, "postgres")
}

/** The postmasters on a folder: its processes whose parent is not one of them. */
async function postmasters(folder: string): Promise<number[]> {
  const pids = (await readdir("/proc")).map(Number).filter((pid) => pid > 0 && servesFolder(pid, folder))
  const parents = await Promise.all(
    pids.map(async (pid) =>
      Number(/\nPPid:\t(\d+)/.exec(await readFile(`/proc/${pid}/status`, "utf8").catch(() => ""))?.[1]),
    ),
  )
  return pids.filter((_, i) => !pids.includes(parents[i] ?? 0))
}

/** A process of its own that opens PostgreSQL on `folder` and says so; `ready` rejects if it ends before. */
function inAnotherProcess(folder: string): { child: ChildProcess; ready: Promise<string> } {
  const program = `
    import { openEmbeddedPostgres } from ${JSON.stringify(new URL("embedded.ts", import.meta.url).href)}
    const postgres = await openEmbeddedPostgres({ folder: process.argv[1] })
    console.log(postgres.pid)`
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, folder], {
    stdio: ["ignore", "pipe", "ignore"],
  })
  const ready = once(createInterface(child.stdout), "line").then(([line]) => String(line))
  return { child, ready }
}

test("the registry's database keeps what was committed when it is stopped and started", async () => {
  await using place = await temporaryFolder()
  const folder = join(place.path, "registry", "postgres")
  {
    await using postgres = await openEmbeddedPostgres({ folder })
    assert.match(postgres.version, /^\d+\.\d+/)
    await query(postgres, "CREATE TABLE kept (word text)")
    await query(postgres, "INSERT INTO kept VALUES ('Їжак')")
  }
  assert.deepEqual(await postmasters(folder), [])
  assert.ok(!(await readdir(folder)).includes("postmaster.pid"), "a clean stop leaves no postmaster.pid")
  {
    await using postgres = await openEmbeddedPostgres({ folder })
    assert.deepEqual(await query(postgres, "SELECT word FROM kept"), [{ word: "Їжак" }])
  }
})

test("the database is durable, checked, closed to the network and folds Cyrillic", async () => {
  await using place = await temporaryFolder()
  await using postgres = await openEmbeddedPostgres({ folder: await stoppedData(place.path) })
  const names = [
    "fsync",
    "full_page_writes",
    "synchronous_commit",
    "data_checksums",
    "listen_addresses",
    "server_encoding",
  ]
  const shown = await query(
    postgres,
    `SELECT ${names.map((name) => `current_setting('${name}') AS ${name}`).join(", ")}`,
  )
  assert.deepEqual(Object.values(shown[0] ?? {}), ["on", "on", "on", "on", "", "UTF8"])
  const folded = await query(postgres, "SELECT lower('ҐЇЖАК') AS a, 'ЇЖАК' ILIKE 'їж%' AS b, 'СТЕНА' ~* 'стена' AS c")
  assert.deepEqual(folded, [{ a: "ґїжак", b: true, c: true }])
  assert.equal((await stat(postgres.connectionOptions.host)).mode & 0o077, 0, "nobody else passes to the socket")
})

test("a database killed with kill -9 says so and comes back with every commit", async () => {
  await using place = await temporaryFolder()
  const folder = await stoppedData(place.path)
  const said: string[] = []
  {
    await using postgres = await openEmbeddedPostgres({ folder, report: (sentence) => said.push(sentence) })
    await query(postgres, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    process.kill(postgres.pid, "SIGKILL")
    assert.equal(await postgres.ended, "SIGKILL")
  }
  assert.ok(said.some((sentence) => sentence.includes("ended by itself (SIGKILL)")))
  await using postgres = await openEmbeddedPostgres({ folder })
  assert.deepEqual(await query(postgres, "SELECT count(*)::int AS n FROM kept"), [{ n: 1000 }])
})

test("a database whose registry was killed is found at the next start, and there is never a second one", async () => {
  await using place = await temporaryFolder()
  const folder = await stoppedData(place.path)
  const { child, ready } = inAnotherProcess(folder)
  const orphan = Number(await ready)
  await assert.rejects(openEmbeddedPostgres({ folder }), /Another process has .* open/)
  child.kill("SIGKILL")
  await once(child, "exit")
  assert.deepEqual(await postmasters(folder), [orphan])

  const said: string[] = []
  await using postgres = await openEmbeddedPostgres({ folder, report: (sentence) => said.push(sentence) })
  assert.deepEqual(await postmasters(folder), [postgres.pid])
  assert.ok(said.some((sentence) => sentence.includes(`process ${orphan}`)))
  await assert.rejects(openEmbeddedPostgres({ folder }), /Another process has .* open/)
})

test("a postmaster.pid that names a stranger does not harm the stranger", async () => {
  await using place = await temporaryFolder()
  const folder = await stoppedData(place.path)
  // The worst stranger: same user, same folder.
  const stranger = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { cwd: folder, stdio: "ignore" })
  await once(stranger, "spawn")
  await writeFile(join(folder, "postmaster.pid"), `${stranger.pid}\n${folder}\n`)
  {
    await using postgres = await openEmbeddedPostgres({ folder })
    assert.deepEqual(await query(postgres, "SELECT 1 AS one"), [{ one: 1 }])
    assert.equal(stranger.exitCode ?? stranger.signalCode, null)
  }
  stranger.kill()
  await once(stranger, "exit")
})

test("a kill in the middle of making the data folder leaves nothing half made", async () => {
  await using place = await temporaryFolder()
  const folder = join(place.path, "postgres")
  const { child, ready } = inAnotherProcess(folder)
  const outcome = ready.catch(() => "ended")
  const begun = async () => (await readdir(place.path)).some((name) => name.startsWith("postgres.new-"))
  while (!(await begun())) await new Promise((resolve) => setImmediate(resolve))
  child.kill("SIGTERM")
  await once(child, "exit")
  void outcome
  await assert.rejects(stat(folder), { code: "ENOENT" })
  await using postgres = await openEmbeddedPostgres({ folder })
  assert.deepEqual(await query(postgres, "SELECT 1 AS one"), [{ one: 1 }])
  assert.deepEqual((await readdir(place.path)).sort(), ["postgres", "postgres.lock", "postgres.log"])
})

test("the data folder may stand on any path, with spaces, Cyrillic, colons and 300 characters", async () => {
  await using place = await temporaryFolder()
  const folder = join(
    place.path,
    "office of: deconfliction",
    "Реєстр ".repeat(17).trim(),
    "x".repeat(170),
    'post\'gres "data"',
  )
  for (const _ of ["made", "opened again"]) {
    await using postgres = await openEmbeddedPostgres({ folder })
    assert.deepEqual(await query(postgres, "SELECT 1 AS one"), [{ one: 1 }])
  }
})

test("a start can be called off, and the folder is free again", async () => {
  await using place = await temporaryFolder()
  const folder = join(place.path, "postgres")
  const stop = new AbortController()
  const starting = openEmbeddedPostgres({ folder, signal: stop.signal })
  setImmediate(() => stop.abort())
  await assert.rejects(starting)
  assert.deepEqual(await postmasters(folder), [])
  await using _postgres = await openEmbeddedPostgres({ folder })
})

test("a folder that is not ours to use is refused with a sentence that says what to do", async () => {
  await using place = await temporaryFolder()
  const foreign = join(place.path, "foreign")
  await mkdir(foreign)
  await writeFile(join(foreign, "letter.txt"), "a letter")
  await assert.rejects(openEmbeddedPostgres({ folder: foreign }), /not PostgreSQL's\. Name another/)
  assert.deepEqual(await readdir(foreign), ["letter.txt"])

  const older = join(place.path, "older")
  await mkdir(older)
  await writeFile(join(older, "PG_VERSION"), "15\n")
  await assert.rejects(openEmbeddedPostgres({ folder: older }), /data of PostgreSQL 15, and this release runs \d+/)

  await assert.rejects(
    openEmbeddedPostgres({ folder: join(foreign, "letter.txt", "postgres") }),
    /cannot be made\. Make it/,
  )
  await assert.rejects(installedPrograms("linux", "riscv64"), /linux-riscv64 is not installed: .* Install it/)
})

test("a data folder that PostgreSQL cannot read is left as it is and its log says why", async () => {
  await using place = await temporaryFolder()
  const folder = await stoppedData(place.path)
  await rm(join(folder, "global", "pg_control"))
  await assert.rejects(openEmbeddedPostgres({ folder }), /PostgreSQL did not start .*pg_control/s)
  assert.match(await readFile(`${folder}.log`, "utf8"), /pg_control/)
})
