import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { test } from "node:test"

/** Which top folder of src may import which (docs/architecture.md). Files directly under src are free of folders. */
const ALLOWED: Record<string, readonly string[]> = {
  register: [],
  seal: ["register"],
  files: ["register"],
  offices: ["register", "seal"],
  sheet: ["register", "seal", "offices", "words"],
  paper: ["register", "seal", "offices", "words", "sheet"],
  witness: ["register", "seal"],
  registry: ["register", "seal", "offices", "public"],
  desk: ["register", "seal", "files", "offices", "words", "sheet", "paper"],
  public: ["register", "seal", "offices", "words", "sheet"],
  web: ["register", "seal", "files", "offices", "words"],
  words: ["offices"],
  cli: ["register", "seal", "files", "offices", "witness", "registry", "desk", "words", "sheet", "paper", "public"],
}
const PURE = /^src\/(offices|register|files|sheet)\/|^src\/seal\/[^/]+\.ts$/

type Import = { file: string; target: string }

/** Imports of one source text as paths below src, or names of packages. */
function importsOf(file: string, source: string): Import[] {
  const found = source.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)
  return [...found].map(([, name = ""]) => {
    if (name.startsWith("#")) return { file, target: `src/${name.slice(1)}` }
    if (name.startsWith(".")) return { file, target: join(dirname(file), name) }
    return { file, target: name }
  })
}

function folderOf(path: string): string | undefined {
  return /^src\/([a-z]+)\//.exec(path)?.[1]
}

/** Why an import crosses a border that it may not, or undefined. */
function crossing({ file, target }: Import): string | undefined {
  const [from, to] = [folderOf(file), folderOf(target)]
  if (PURE.test(file) && target.startsWith("node:")) return `${file} is pure and imports ${target}`
  if (from && to && from !== to && !ALLOWED[from]?.includes(to)) return `${file} imports ${target}`
  const office = (path: string) => /^src\/offices\/([a-z]+)\//.exec(path)?.[1]
  const [fromOffice, toOffice] = [office(file), office(target)]
  if (fromOffice && toOffice && fromOffice !== toOffice && fromOffice !== "joins" && toOffice !== "roll")
    return `the office ${fromOffice} imports the office ${toOffice}`
  return undefined
}

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "src"], {
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file))

test("no folder imports what its layer may not know", () => {
  const imports = files.flatMap((file) => importsOf(file, readFileSync(file, "utf8")))
  assert.ok(imports.length > 100, "the imports were found")
  assert.deepEqual(imports.map(crossing).filter(Boolean), [])
})

test("every folder below src has its place in the layers", () => {
  const folders = new Set(files.map(folderOf).filter((f) => f !== undefined))
  assert.deepEqual(
    [...folders].filter((folder) => !(folder in ALLOWED)),
    [],
  )
})

test("a planted import across a border is found", () => {
  const planted = importsOf("src/registry/x.ts", 'import { openDesk } from "#desk/open.ts"\n')
  assert.deepEqual(planted.map(crossing), ["src/registry/x.ts imports src/desk/open.ts"])
  const clock = importsOf("src/offices/lines/x.ts", 'import { x } from "../incidents/y.ts"\nimport fs from "node:fs"\n')
  assert.equal(clock.map(crossing).filter(Boolean).length, 2)
})
