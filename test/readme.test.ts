import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { existsSync, globSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { test } from "node:test"

const ROOT = join(import.meta.dirname, "..")
const read = (path: string) => readFileSync(join(ROOT, path), "utf8")
const readme = read("README.md")
const documents = ["README.md", ...globSync("docs/**/*.md", { cwd: ROOT })]

/** A command's words without its options: `iod desk send --line x` is `desk send`. */
const words = (command: string) => (/^(?: [a-z]+)*/.exec(command)?.[0] ?? "").trim()

function usage(): string {
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, "src/cli/iod.ts")], { encoding: "utf8" })
  assert.equal(status, 64)
  return stderr
}

/** Every command of a usage text; alternatives stand behind a bar. */
function commandsOf(text: string): Set<string> {
  const commands = new Set<string>()
  for (const line of text.split("\n").filter((l) => l.startsWith("iod "))) {
    const [first = "", ...others] = line.slice("iod".length).split(" | ")
    const name = words(first)
    commands.add(name)
    const program = name.split(" ").slice(0, -1).join(" ")
    for (const other of others) if (/^[a-z]/.test(other)) commands.add(`${program} ${words(` ${other}`)}`)
  }
  return commands
}

test("every command that the README names is one that iod knows", () => {
  const known = commandsOf(usage())
  const named = [...readme.matchAll(/`iod((?: [a-z]+)*)[^`]*`|npm run iod --((?: [a-z]+)+)/g)]
  const commands = named.map(([, quoted, run]) => (quoted ?? run ?? "").replace(/ sheet$/, "").trim()).filter(Boolean)
  assert.ok(commands.length >= 10)
  assert.deepEqual(
    commands.filter((command) => !known.has(command)),
    [],
  )
})

test("the README's npm commands are scripts of the package", () => {
  const { scripts } = JSON.parse(read("package.json"))
  const named = [...readme.matchAll(/npm (?:run )?(ci|start|test|check|iod)\b/g)].map(([, name = ""]) => name)
  assert.deepEqual(
    named.filter((name) => name !== "ci" && !(name in scripts)),
    [],
  )
})

test("verifying what is no sheet ends with 2, and without a file with 64", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(ROOT, "src/cli/iod.ts"), "verify", ...args]).status
  assert.equal(run(join(ROOT, "README.md")), 2)
  assert.equal(run(), 64)
})

test("every file that a document links to is there", () => {
  const broken = documents.flatMap((document) =>
    [...read(document).matchAll(/(?<!!)\[[^\]]*\]\(([^)#\s]+)[^)]*\)/g)]
      .map(([, target = ""]) => target)
      .filter((target) => !/^https?:/.test(target) && !existsSync(join(ROOT, dirname(document), target)))
      .map((target) => `${document}: ${target}`),
  )
  assert.ok(documents.length > 10)
  assert.deepEqual(broken, [])
})

test("every specification that a docstring names is there, with its section", () => {
  const sources = globSync(["src/**/*.{ts,tsx,sql}", "test/**/*.ts"], { cwd: ROOT })
  const named = sources.flatMap((source) =>
    [...read(source).matchAll(/docs\/([a-z-]+\/)?([a-z0-9-]+)(\.md)?(?: §(\d+))?/g)]
      .filter(([, folder, , ending]) => ending !== undefined || folder === "decisions/")
      .map(([whole, folder = "", name = "", , section]) => ({ source, whole, folder, name, section })),
  )
  assert.ok(named.length > 10)
  const wrong = named.filter(({ folder, name, section }) => {
    const [file] = globSync(`docs/${folder}${name}*.md`, { cwd: ROOT })
    return file === undefined || (section !== undefined && !new RegExp(`^## §?${section}\\b`, "m").test(read(file)))
  })
  assert.deepEqual(wrong, [])
})

test("README and architecture stay short enough to be read", () => {
  assert.ok(readme.split("\n").length <= 111)
  assert.ok(read("docs/architecture.md").split("\n").length <= 121)
})
