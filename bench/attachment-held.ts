import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setImmediate as turn } from "node:timers/promises"
import { type Exercise, startExercise } from "../src/cli/start.ts"

const SIZE = 100 << 20
const SLICE = 1 << 20
const OFTEN_MS = 10

const collect = globalThis.gc
if (!collect) throw new Error("run with --expose-gc")

/** What is held and not only left behind: the same right after a collection. */
function held(): number {
  collect?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** One slice of a file, as a screen sends it. */
async function* slice(piece: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < SLICE; at += 65_536) yield piece.subarray(at, at + 65_536)
}

async function carry({ desks }: Exercise, size: number, piece: Uint8Array): Promise<void> {
  const [from, to] = [desks.get("ukraine"), desks.get("russian-federation")]
  if (!from || !to) throw new Error("the exercise has two parties")
  const upload = randomBytes(32).toHex()
  await from.files.uploads.begin({ upload, name: "drawing.pdf", type: "application/pdf", size })
  for (let at = 0; at < size; at += SLICE) await from.files.uploads.receive(upload, at, slice(piece))
  const line = from.views.lines().find(({ purpose }) => purpose === "direct line")?.id ?? ""
  const records = [
    { fields: { language: "en" }, texts: { subject: "One file", body: "It is large." }, files: [upload] },
  ]
  const handed = from.door.hand({ act: "message.sent", line, records }, { officer: null })
  if ("refused" in handed) throw new Error(handed.refused)
  const matter = handed.matters[0] ?? ""
  const state = () => to.views.message(line, matter)?.files[0]
  while (state()?.state !== "taken") await turn()
  const file = await to.files.open({ line, matter, hash: state()?.file ?? "" })
  if ("refused" in file) throw new Error(file.refused)
  let length = 0
  for await (const bytes of file.read(0, size)) length += bytes.length
  if (length !== size) throw new Error("the file is not what was sent")
}

const data = mkdtempSync(join(tmpdir(), "iod-held-"))
const exercise = await startExercise({ data, port: 0, fresh: true, report: () => {}, log: () => {} })
const piece = randomBytes(SLICE)
// What programs keep for good after their first file is not the file.
await carry(exercise, 4 << 20, piece)
const before = held()
let most = 0
const sampling = setInterval(() => {
  most = Math.max(most, held() - before)
}, OFTEN_MS)
await carry(exercise, SIZE, piece)
clearInterval(sampling)
await exercise[Symbol.asyncDispose]()
rmSync(data, { recursive: true, force: true })
process.send?.(String(most))
