import assert from "node:assert/strict"
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { request } from "node:http"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import type { DeskStatus, MessageRow } from "#offices/joins/screen.ts"
import {
  callDesk,
  freePort,
  killAtOnce,
  type Program,
  postmasters,
  readDesk,
  saying,
  startProgram,
} from "../scripts/crash-program.ts"
import { openDataFolder } from "../src/cli/data-folder.ts"

const OPEN = /Each link signs in once/
const NOBODY = 65534

/** A folder of its own that is removed with everything in it. */
function temporaryFolder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "iod-start-"))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 10 }) }
}

/** `iod start` as a process of its own; disposing makes sure that nothing of it is left. */
function start(data: string, port: number, more: readonly string[] = [], uid?: number): Program & AsyncDisposable {
  const program = startProgram(["start", "--data", data, "--port", String(port), ...more], undefined, uid)
  return {
    ...program,
    async [Symbol.asyncDispose]() {
      await killAtOnce(program)
      for (const pid of postmasters(join(data, "postgres"))) process.kill(pid, "SIGQUIT")
    },
  }
}

/** Stops as Ctrl-C does; answers the exit code. */
function interrupt(program: Program): Promise<string> {
  program.child.kill("SIGINT")
  return program.ended
}

const deskFolder = (data: string, name: string) => join(data, "desk", name)
const status = (data: string, name: string) => readDesk<DeskStatus>(deskFolder(data, name), "/desk")

/** Follows a link as a browser does, by the desk's own name; answers the status. */
function signIn(port: number, desk: string, link: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { host: `${desk}.localhost:${port}`, "content-type": "application/json" }
    const call = request(
      { host: "127.0.0.1", port, path: "/api/sign-in", method: "POST", headers, agent: false },
      (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      },
    )
    call.on("error", reject)
    call.end(JSON.stringify({ link }))
  })
}

async function handIn(data: string, desk: string, purpose: string, subject: string): Promise<void> {
  const line = (await status(data, desk)).lines.find((l) => l.purpose === purpose)?.id
  const records = [{ fields: { language: "en" }, texts: { subject, body: "a word that stays" } }]
  const { status: code, text } = await callDesk(deskFolder(data, desk), "POST", "/acts", {
    ...{ act: "message.sent", line, records },
  })
  assert.equal(code, 200, text)
}

async function holds(data: string, desk: string, subject: string): Promise<boolean> {
  const rows = await readDesk<MessageRow[]>(deskFolder(data, desk), "/messages?limit=50")
  return rows.some((row) => row.subject === subject)
}

async function until(what: string, holdsNow: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 10_000; performance.now() < end; ) if (await holdsNow()) return
  throw new Error(`waited ten seconds in vain: ${what}`)
}

test("an exercise office prints one link a desk, keeps everything over a restart and ends at Ctrl-C", async () => {
  using place = temporaryFolder()
  const data = join(place.path, "data")
  const port = await freePort()
  {
    await using office = start(data, port)
    await saying(office, OPEN)
    const links = [...office.said().matchAll(/http:\/\/([a-z-]+)\.localhost:(\d+)\/sign-in#(\S+)/g)]
    assert.deepEqual(
      links.map(([, name]) => name),
      ["secretariat", "ukraine", "russian-federation", "icrc", "switzerland"],
    )
    const [, desk = "", , word = ""] = links[1] ?? []
    assert.deepEqual([await signIn(port, desk, word), await signIn(port, desk, word)], [200, 403])
    for (const [, name = ""] of links) assert.ok((await status(data, name)).lines.every((line) => line.open))

    await handIn(data, "ukraine", "direct line", "kept over a restart")
    await until("the other party has it", () => holds(data, "russian-federation", "kept over a restart"))

    // A second start on the same folder, even one that would begin anew, disturbs nothing.
    await using second = start(data, await freePort(), ["--fresh"])
    assert.equal(await second.ended, "1")
    assert.match(second.said(), /Another process runs the office in .* Stop it first/)

    const began = performance.now()
    assert.equal(await interrupt(office), "0")
    assert.ok(performance.now() - began < 5000, "it ends quickly")
    assert.deepEqual(postmasters(join(data, "postgres")), [])
  }
  await using again = start(data, port)
  await saying(again, OPEN)
  for (const desk of ["ukraine", "russian-federation"]) assert.ok(await holds(data, desk, "kept over a restart"))
  assert.equal((await readDesk<unknown[]>(deskFolder(data, "ukraine"), "/evidence")).length, 0)
  assert.equal(await interrupt(again), "0")
})

test("an office that was killed leaves one PostgreSQL, which the next start takes over, and --fresh begins anew", async () => {
  using place = temporaryFolder()
  const data = join(place.path, "data")
  const port = await freePort()
  const charter = () => readFileSync(join(data, "registry", "charter.json"), "utf8")
  {
    await using office = start(data, port)
    await saying(office, OPEN)
    await killAtOnce(office)
    assert.equal(postmasters(join(data, "postgres")).length, 1)
    const founded = charter()
    await using again = start(data, port)
    await saying(again, OPEN)
    assert.equal(charter(), founded)
    assert.equal(postmasters(join(data, "postgres")).length, 1)
    await killAtOnce(again)
    writeFileSync(join(data, "letter.txt"), "somebody else's")

    await using fresh = start(data, port, ["--fresh"])
    await saying(fresh, OPEN)
    assert.notEqual(charter(), founded)
    assert.equal(postmasters(join(data, "postgres")).length, 1)
    assert.equal(readFileSync(join(data, "letter.txt"), "utf8"), "somebody else's")
    assert.equal(await interrupt(fresh), "0")
  }
})

test("a founding that was killed at any moment leaves a start that works", async () => {
  using place = temporaryFolder()
  const data = join(place.path, "data")
  const port = await freePort()
  for (const moment of [/founding/, /starting PostgreSQL/, /starting 3 witnesses/, /starting 5 desks/, /opening the/]) {
    await using office = start(data, port)
    await saying(office, moment)
    await killAtOnce(office)
  }
  await using office = start(data, port)
  await saying(office, OPEN)
  for (const name of ["secretariat", "switzerland"]) {
    const { lines } = await status(data, name)
    assert.ok(lines.length > 0 && lines.every((line) => line.open))
  }
  assert.equal(postmasters(join(data, "postgres")).length, 1)
  assert.equal(await interrupt(office), "0")
})

test("a start that is called off by Ctrl-C ends with 0 and leaves no process", async () => {
  using place = temporaryFolder()
  const data = join(place.path, "data")
  for (const moment of [/starting PostgreSQL/, /opening the/]) {
    await using office = start(data, 0)
    await saying(office, moment)
    assert.equal(await interrupt(office), "0", office.said())
    assert.deepEqual(postmasters(join(data, "postgres")), [])
  }
})

test("a port in use is said in a sentence, and nothing is made", async () => {
  using place = temporaryFolder()
  const data = join(place.path, "data")
  const other = createServer()
  const port = await new Promise<number>((resolve) =>
    other.listen(0, "127.0.0.1", () => {
      const address = other.address()
      resolve(typeof address === "object" && address ? address.port : 0)
    }),
  )
  await using office = start(data, port)
  assert.equal(await office.ended, "1")
  assert.match(office.said(), new RegExp(`^port ${port} is in use; stop the other program or choose another port.*\n$`))
  assert.equal(existsSync(data), false)
  other.close()
})

test("a data folder that may not be read or written is said in a sentence, and nothing is made", async (t) => {
  if (process.getuid?.() !== 0) return t.skip("only root can start a program as somebody else")
  using place = temporaryFolder()
  chmodSync(place.path, 0o755)
  const closed = join(place.path, "closed")
  mkdirSync(closed, { mode: 0o700 })
  const readOnly = join(place.path, "read-only")
  mkdirSync(readOnly, { mode: 0o755 })
  for (const data of [closed, readOnly, join(readOnly, "data")]) {
    await using office = start(data, 0, [], NOBODY)
    assert.equal(await office.ended, "1")
    if (/Cannot find module|EACCES.*iod\.ts/.test(office.said())) return t.skip("this checkout is closed to others")
    assert.match(office.said(), /^The data folder \S+ cannot be read and written\. Start as .*--data DIR\.\n$/)
  }
  assert.deepEqual([readdirSync(closed), readdirSync(readOnly)], [[], []])
})

test("a folder that holds something else is left as it is, also by --fresh", async () => {
  using place = temporaryFolder()
  mkdirSync(join(place.path, "registry"))
  writeFileSync(join(place.path, "registry", "letter.txt"), "a letter")
  for (const more of [[], ["--fresh"]]) {
    await using office = start(place.path, 0, more)
    assert.equal(await office.ended, "1")
    assert.match(office.said(), /^The folder \S+ holds something that is not an office's\. Name another/)
  }
  assert.deepEqual(readdirSync(place.path, { recursive: true }).sort(), ["registry", "registry/letter.txt"])
})

test("a data folder of a newer release is refused and stays as it was", async () => {
  using place = temporaryFolder()
  writeFileSync(join(place.path, "release.json"), '{"data":99}')
  writeFileSync(join(place.path, "later.sqlite"), "a form of later")
  await using office = start(place.path, 0)
  assert.equal(await office.ended, "1")
  assert.match(office.said(), /^The data folder \S+ was written by a newer release \(form 99; this one knows \d+\)\./)
  assert.equal(readFileSync(join(place.path, "release.json"), "utf8"), '{"data":99}')
  assert.equal(readFileSync(join(place.path, "later.sqlite"), "utf8"), "a form of later")
})

test("a data folder of an older release is migrated with a copy kept, also where it was interrupted", async () => {
  using place = temporaryFolder()
  const data = join(place.path, "data")
  mkdirSync(data)
  const words = join(data, "words.txt")
  writeFileSync(join(data, "release.json"), '{"data":0}')
  writeFileSync(words, "old words")
  let interrupted = true
  const migrate = () => {
    writeFileSync(words, interrupted ? "half" : "new words")
    if (interrupted) throw new Error("the power went")
  }
  const said: string[] = []
  const options = { data, fresh: false, report: (sentence: string) => void said.push(sentence), version: 1 }
  await assert.rejects(openDataFolder({ ...options, migrations: new Map([[0, migrate]]) }), /the power went/)
  interrupted = false
  {
    using folder = await openDataFolder({ ...options, migrations: new Map([[0, migrate]]) })
    assert.equal(readFileSync(join(folder.path, "words.txt"), "utf8"), "new words")
  }
  assert.match(said[0] ?? "", /a copy of it stays in .*\.before-1$/)
  assert.deepEqual(readdirSync(place.path).sort(), ["data", "data.before-1"])
  assert.equal(readFileSync(join(place.path, "data.before-1", "words.txt"), "utf8"), "old words")
  assert.equal(readFileSync(join(place.path, "data.before-1", "release.json"), "utf8"), '{"data":0}')
  assert.equal(readFileSync(join(data, "release.json"), "utf8"), '{"data":1}\n')

  writeFileSync(join(data, "release.json"), '{"data":0}')
  await assert.rejects(openDataFolder(options), /of a release too old for this one \(form 0\)/)
})
