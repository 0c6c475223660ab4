import assert from "node:assert/strict"
import { mkdtempDisposable, readFile, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { PassThrough } from "node:stream"
import { finished } from "node:stream/promises"
import { test } from "node:test"
import { openLogFile } from "./log-file.ts"

test("the database's log never takes more than twice its bound, and the newest line stays", async () => {
  await using place = await mkdtempDisposable(join(tmpdir(), "iod-test-"))
  const path = join(place.path, "postgres.log")
  using log = openLogFile(path, 1000)
  const stream = new PassThrough()
  log.follow(stream)
  for (let i = 0; i < 500; i++) stream.write(`line ${i}\n`)
  stream.end()
  await finished(stream)
  assert.ok((await stat(path)).size <= 1000)
  assert.ok((await stat(`${path}.1`)).size <= 1000)
  assert.match(await readFile(path, "utf8"), /line 499\n$/)
  assert.match(log.tail(), /line 499\n$/)
  assert.equal((await stat(path)).mode & 0o077, 0)
})

test("a log goes on where it stopped", async () => {
  await using place = await mkdtempDisposable(join(tmpdir(), "iod-test-"))
  const path = join(place.path, "postgres.log")
  for (const line of ["first\n", "second\n"]) {
    using log = openLogFile(path)
    const stream = new PassThrough()
    log.follow(stream)
    stream.end(line)
    await finished(stream)
  }
  assert.equal(await readFile(path, "utf8"), "first\nsecond\n")
})
