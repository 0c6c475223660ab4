import { spawn } from "node:child_process"
import { buffer } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import { type PaperJob, type PaperRefusal, PRESS_ANSWERS } from "./job.ts"

/** What one paper may take: milliseconds, and pages of 64 KiB for its compiler. */
export type PressLimits = { time: number; memory: number }
const LIMITS: PressLimits = { time: 60_000, memory: 8192 }
/** Characters of a job. Beyond this no paper is read by anybody. */
const LARGEST_JOB = 96 << 20
/** Papers that may wait for the one that is being set. */
const MOST_WAITING = 8

const PROGRAM = fileURLToPath(new URL("./press-program.ts", import.meta.url))

let last: Promise<unknown> = Promise.resolve()
let waiting = 0

/**
 * Sets a paper: the PDF, or why there is none. Every paper has a press of its own, a process that starts in this moment
 * and ends with it: without environment, network or disk, with a limit of time and memory. So nothing that somebody
 * wrote can stop a desk or reach its keys, and no paper knows of another. One at a time; others wait their turn. Throws
 * where a template or the press itself is at fault.
 */
export async function setPaper(job: PaperJob, limits: PressLimits = LIMITS): Promise<Uint8Array | PaperRefusal> {
  const text = JSON.stringify(job)
  if (text.length > LARGEST_JOB) return { refused: "paper.too-large" }
  if (waiting >= MOST_WAITING) return { refused: "paper.busy" }
  waiting++
  const paper = last.then(() => press(text, limits))
  last = paper.catch(() => undefined)
  try {
    return await paper
  } finally {
    waiting--
  }
}

async function press(job: string, { time, memory }: PressLimits): Promise<Uint8Array | PaperRefusal> {
  const child = spawn(process.execPath, [`--wasm-max-mem-pages=${memory}`, ...PRESS_FLAGS, PROGRAM], {
    ...{ env: {}, cwd: "/", stdio: ["pipe", "pipe", "pipe"], timeout: time, killSignal: "SIGKILL" },
  })
  const ended = new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.once("error", (cause) => reject(new Error("the press could not be started", { cause })))
    child.once("close", (_code, signal) => resolve(signal))
  })
  // A press that ended early reads no more; how it ended says why.
  child.stdin.on("error", () => undefined)
  child.stdin.end(job)
  const [signal, made, complaint] = await Promise.all([ended, buffer(child.stdout), buffer(child.stderr)])
  const content = made.subarray(1)
  if (made[0] === PRESS_ANSWERS.made && signal === null) return content
  // Killed by its limit of time or by the system's of memory, or at the end of its own.
  if (signal !== null || made[0] === PRESS_ANSWERS.exhausted) return { refused: "paper.too-large" }
  const why = made[0] === PRESS_ANSWERS.wrong ? content : complaint
  throw new Error(`the paper could not be set: ${why.toString().slice(0, 500)}`)
}

/** Under these Node lets the press read itself, its templates, the compiler and the fonts, and do nothing else. */
export const PRESS_FLAGS: readonly string[] = [
  // It lives for one paper: compiling its code better takes longer than it saves.
  "--liftoff-only",
  "--max-old-space-size=256",
  "--permission",
  ...[
    ...["./", "../../package.json"].map((path) => fileURLToPath(new URL(path, import.meta.url))),
    ...["@myriaddreamin/typst-ts-web-compiler", "dejavu-fonts-ttf"].map(packageFolder),
  ].map((path) => `--allow-fs-read=${path}`),
]

function packageFolder(name: string): string {
  const file = fileURLToPath(import.meta.resolve(`${name}/package.json`))
  return file.slice(0, -"package.json".length)
}
