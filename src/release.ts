import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const SOURCES = fileURLToPath(new URL(".", import.meta.url))
let known: string | undefined

/** The hash of this release: of every source file under src with its name, sorted. It stands in every act. */
export function softwareHash(): string {
  if (known) return known
  const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((f) =>
    /\.(ts|tsx|sql|json|css)$/.test(f),
  )
  const all = createHash("sha256")
  for (const file of files.filter((f) => !f.includes(".test.")).sort()) {
    const hash = createHash("sha256")
      .update(readFileSync(`${SOURCES}/${file}`))
      .digest("hex")
    all.update(`${hash}  ${file.replaceAll("\\", "/")}\n`)
  }
  known = all.digest("hex")
  return known
}
