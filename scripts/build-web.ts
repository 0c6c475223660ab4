import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const ROOT = fileURLToPath(new URL("..", import.meta.url))
/** What the screens are made of: a change in any of it makes them old. */
const SOURCES = ["src/web", "src/words", "src/offices", "src/files", "src/seal", "vite.config.ts", "package-lock.json"]
const STAMP = join(ROOT, "dist/web/built.json")

/**
 * Builds the screens of a desk into dist/web, unless nothing that they are made of has changed since they were built.
 * Answers whether it built. Where the building tools are not installed, screens that are there are used as they are.
 */
export async function buildWeb(report: (message: string) => void = () => undefined): Promise<boolean> {
  const state = sources()
  if (state === built()) return false
  report("building the screens")
  const vite = await bundler()
  if (!vite) {
    if (built() !== undefined) return false
    throw new Error("the screens are not built and vite is not installed: run npm ci with development packages")
  }
  await vite.build({ configFile: join(ROOT, "vite.config.ts"), root: join(ROOT, "src/web"), logLevel: "warn" })
  mkdirSync(join(ROOT, "dist/web"), { recursive: true })
  // Last of all: after a crash before this line the next start builds again.
  writeFileSync(STAMP, `${JSON.stringify({ sources: state })}\n`)
  return true
}

/** Every source with its size and time, as one text; file systems that round times still show another size. */
function sources(): string {
  return SOURCES.flatMap((source) => filesOf(join(ROOT, source)))
    .map((file) => {
      const { size, mtimeMs } = statSync(file)
      return `${file.slice(ROOT.length)} ${size} ${Math.floor(mtimeMs)}`
    })
    .join("\n")
}

function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  const inside = readdirSync(path, { withFileTypes: true, recursive: true })
  return inside
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".test.ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

function built(): string | undefined {
  try {
    return String(JSON.parse(readFileSync(STAMP, "utf8")).sources)
  } catch {
    // Absent, or half-written by a build that was killed.
    return undefined
  }
}

async function bundler() {
  try {
    return await import("vite")
  } catch {
    return undefined
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildWeb((message) => console.log(message))
