import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { killAtOnce, type Program, saying, startProgram } from "../../scripts/crash-program.ts"
import { hold, type Place, parseTranscript } from "./transcript.ts"

// One office of `iod start`, as a newcomer has it, in which every session of this folder is held again.

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".txt"))
const home = mkdtempSync(join(tmpdir(), "iod-transcripts-"))
const data = join(home, "data")
let office: Program
let desks: string[] = []
const hosts = new Map<string, { port: number; host: string }>()
const known = new Map<string, string>()

before(async () => {
  office = startProgram(["start", "--data", data, "--port", "0"])
  await saying(office, /Each link signs in once/)
  for (const [, name = "", port, word = ""] of office
    .said()
    .matchAll(/http:\/\/([a-z-]+)\.localhost:(\d+)\/sign-in#(\S+)/g)) {
    desks = [...desks, name]
    hosts.set(name, { port: Number(port), host: `${name}.localhost:${port}` })
    known.set(`${name}-link`, word)
    const { token } = JSON.parse(readFileSync(join(data, "desk", name, "api.json"), "utf8"))
    known.set(`${name}-word`, token)
  }
  const [port = 0] = [...hosts.values()].map((one) => one.port)
  hosts.set("nobody", { port, host: `nobody.localhost:${port}` })
  known.set("nobody-matter", "0".repeat(64))
  const [, registry = ""] = /registry +http:\/\/127\.0\.0\.1:(\d+)/.exec(office.said()) ?? []
  hosts.set("registry", { port: Number(registry), host: `127.0.0.1:${registry}` })
})

after(async () => {
  office.child.kill("SIGINT")
  const code = await office.ended
  await killAtOnce(office)
  rmSync(home, { recursive: true, force: true, maxRetries: 10 })
  assert.equal(code, "0", office.said())
})

/** A folder for one session: the desks' own folders under their names, and the command `iod`. */
function placeFor(name: string): Place {
  const folder = join(home, name)
  const bin = join(folder, ".bin")
  mkdirSync(bin, { recursive: true })
  for (const desk of desks) symlinkSync(join(data, "desk", desk), join(folder, desk))
  const iod = join(import.meta.dirname, "../../src/cli/iod.ts")
  writeFileSync(join(bin, "iod"), `#!/bin/sh\nexec "${process.execPath}" "${iod}" "$@"\n`, { mode: 0o755 })
  return { folder, hosts, known, env: { ...process.env, PATH: `${bin}:${process.env.PATH}` } }
}

for (const file of files)
  test(`${file} goes as it was noted`, async () => {
    const source = readFileSync(join(import.meta.dirname, file), "utf8")
    const steps = parseTranscript(source)
    assert.ok(steps.length > 3, "a session has steps")
    await hold(steps, placeFor(file), file)
  })

test("a session that goes otherwise is found, at its line", async () => {
  const place = placeFor("otherwise")
  const wrong = "# said otherwise\n\n$ echo one\none\n\n$ echo {{number count}} | tr -d '{}'\nsomething else\n"
  await assert.rejects(hold(parseTranscript(wrong), place, "wrong.txt"), /wrong\.txt:6/)
  await assert.rejects(hold(parseTranscript("$ exit 3\n"), place, "wrong.txt"), /wrong\.txt:1/)
  const twice = "$ echo 7\n{{number count}}\n\n$ echo 8\n{{count}}\n"
  await assert.rejects(hold(parseTranscript(twice), place, "wrong.txt"), /wrong\.txt:4/)
})
