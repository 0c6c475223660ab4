import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { request } from "node:http"
import { text } from "node:stream/consumers"
import { pause } from "../../scripts/crash-program.ts"

/**
 * A session as somebody would note it, which can be held again: commands with what they say, requests with what is
 * answered. `$ ` begins a command, `> ` a request and what goes with it, `< ` what heads its answer; what follows is
 * said or answered, to the letter. `[exit 1]` ends a command that does not end with 0. `until ` repeats one until it is
 * so. `# ` is a remark. What varies is written `{{kind name}}` where it comes first and `{{name}}` from then on.
 */
export type Step = { line: number; until: boolean; expected: string } & (
  | { kind: "command"; command: string }
  | { kind: "request"; method: string; path: string; headers: string[]; body: string; status: string; told: string[] }
)

/** Where a session is held: programs stand in `folder` and `env`; `hosts` says where whom is reached. */
export type Place = {
  folder: string
  env: NodeJS.ProcessEnv
  /** By the first part of a request's path: the port, and the name that goes into the Host header. */
  hosts: ReadonlyMap<string, { port: number; host: string }>
  /** What varies and is known before the session begins. */
  known: ReadonlyMap<string, string>
}

const KINDS: Record<string, string> = {
  id: "[0-9a-f]{64}",
  number: "\\d+",
  instant: "\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z",
  time: "\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}(?:\\.\\d{3})?",
  fingerprint: "\\d{5}(?: \\d{5}){7}",
  base64: "[A-Za-z0-9+/]+={0,2}",
  words: "[^\\n]*",
  lines: "[^]*",
}
const BEGINS = /^(until )?([$>]) (.*)$/
const VARIES = /\{\{(?:([a-z0-9]+) )?([a-z][a-z-]*)\}\}/g
const PATIENCE_MS = 20_000

/** Reads a session. Throws where something stands in it that is none. */
export function parseTranscript(source: string): Step[] {
  const lines = source.split("\n")
  const steps: Step[] = []
  for (let at = 0; at < lines.length; ) {
    const [, until, sign, rest = ""] = BEGINS.exec(lines[at] ?? "") ?? []
    const begin = at++
    if (!sign) {
      assert.match(lines[begin] ?? "", /^(# .*)?$/, `line ${begin + 1} is neither a step nor a remark`)
      continue
    }
    const said: string[] = []
    while (at < lines.length && !/^(?:until )?(?:\$ |# )|^until > /.test(lines[at] ?? "") && !isRequest(lines, at))
      said.push(lines[at++] ?? "")
    const common = { line: begin + 1, until: until !== undefined }
    steps.push(sign === "$" ? command(common, rest, said) : exchange(common, rest, said))
  }
  return steps
}

/** Whether another request begins here: a line of one that goes on follows on another of its own. */
function isRequest(lines: readonly string[], at: number): boolean {
  return /^> (?:GET|POST|PUT|DELETE) /.test(lines[at] ?? "") && !(lines[at - 1] ?? "").startsWith(">")
}

type Common = Pick<Step, "line" | "until">

function command(common: Common, words: string, said: readonly string[]): Step {
  return { ...common, kind: "command", command: words, expected: said.join("\n").trimEnd() }
}

function exchange(common: Common, first: string, said: readonly string[]): Step {
  const [method = "", path = ""] = first.split(" ")
  const asked = said.filter((line) => line.startsWith(">")).map((line) => line.slice(2))
  const empty = asked.indexOf("")
  const headers = empty < 0 ? asked : asked.slice(0, empty)
  const [status = "", ...told] = said.filter((line) => line.startsWith("< ")).map((line) => line.slice(2))
  const expected = said.filter((line) => !/^(?:>|< )/.test(line)).join("\n")
  const body = empty < 0 ? "" : asked.slice(empty + 1).join("\n")
  return { ...common, kind: "request", method, path, headers, body, status, told, expected: expected.trimEnd() }
}

/** Holds the session again; throws with the line at which it went otherwise. */
export async function hold(steps: readonly Step[], place: Place, file: string): Promise<void> {
  const known = new Map(place.known)
  for (const step of steps) {
    const { said, wanted, found } = await tried(step, place, known)
    if (!found)
      throw new assert.AssertionError({
        message: `${file}:${step.line}`,
        actual: said,
        expected: wanted,
        operator: "is",
      })
    for (const [name, value] of Object.entries(found.groups ?? {})) known.set(name.replaceAll("_", "-"), value)
  }
}

/** What happens at a step, tried again for a while where it waits for something. */
async function tried(step: Step, place: Place, known: ReadonlyMap<string, string>) {
  const wanted = expectedOf(step)
  const end = performance.now() + (step.until ? PATIENCE_MS : 0)
  for (;;) {
    const said = await happens(step, place, known)
    const found = formOf(wanted, known).exec(said)
    if (found || performance.now() >= end) return { said, wanted, found }
    await pause(100)
  }
}

function expectedOf(step: Step): string {
  if (step.kind === "command") return step.expected
  return [step.status, ...step.told, "", step.expected].join("\n")
}

async function happens(step: Step, place: Place, known: ReadonlyMap<string, string>): Promise<string> {
  if (step.kind === "command") return run(filled(step.command, known), place)
  const { status, headers, body } = await ask(step, place, known)
  const told = step.told.map((line) => {
    const name = line.slice(0, line.indexOf(":"))
    return `${name}: ${headers[name] ?? "-"}`
  })
  return [String(status), ...told, "", body.trimEnd()].join("\n")
}

/** What a shell says to these words, errors among it as on a terminal, with how it ended. */
async function run(words: string, { folder, env }: Place): Promise<string> {
  const child = spawn("sh", ["-c", `exec 2>&1; ${words}`], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] })
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, "close")])
  return `${said}${code === 0 ? "" : `[exit ${code}]`}`.trimEnd()
}

type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: string }

/** One exchange. Of an answer that never ends, as mail is one, only the head is waited for where no body is expected. */
function ask(
  step: Extract<Step, { kind: "request" }>,
  place: Place,
  known: ReadonlyMap<string, string>,
): Promise<Answer> {
  const [, who = "", path = ""] = /^([^/]+)(\/.*)$/.exec(filled(step.path, known)) ?? []
  const { port, host } = place.hosts.get(who) ?? assert.fail(`nobody is called ${who}`)
  const own = step.headers.map((line) => filled(line, known).split(/: (.*)/s))
  const headers = { host, ...Object.fromEntries(own) }
  return new Promise((resolve, reject) => {
    const call = request({ port, host: "127.0.0.1", path, method: step.method, headers, agent: false }, (response) => {
      const answer = { status: response.statusCode ?? 0, headers: response.headers }
      if (step.expected === "(it goes on)") {
        response.destroy()
        return resolve({ ...answer, body: step.expected })
      }
      text(response).then((body) => resolve({ ...answer, body }), reject)
    })
    call.on("error", reject)
    call.end(filled(step.body, known))
  })
}

/** The text with what is known in its places. */
function filled(source: string, known: ReadonlyMap<string, string>): string {
  return source.replaceAll(VARIES, (whole, kind, name) =>
    kind ? whole : (known.get(name) ?? assert.fail(`${name} is not known`)),
  )
}

/** What an answer must be, as an expression that finds what varies in it. */
function formOf(expected: string, known: ReadonlyMap<string, string>): RegExp {
  let form = ""
  let end = 0
  const here = new Set<string>()
  for (const { 0: whole, 1: kind, 2: name = "", index } of expected.matchAll(VARIES)) {
    form += RegExp.escape(expected.slice(end, index))
    end = index + whole.length
    const bound = known.get(name)
    if (kind === undefined && here.has(name)) form += `\\k<${name.replaceAll("-", "_")}>`
    else if (kind === undefined) form += RegExp.escape(bound ?? assert.fail(`${name} is not known`))
    else {
      here.add(name)
      form += `(?<${name.replaceAll("-", "_")}>${KINDS[kind] ?? assert.fail(`no kind ${kind}`)})`
    }
  }
  return new RegExp(`^${form}${RegExp.escape(expected.slice(end))}$`)
}
