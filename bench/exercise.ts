import { readFileSync } from "node:fs"
import { request } from "node:http"
import { join } from "node:path"
import type { ScriptAddress } from "#desk/serve.ts"
import type { DeskStatus } from "#offices/joins/screen.ts"
import { exercisePlan, programFolder } from "../src/cli/exercise/found.ts"
import { openProgram, type Program } from "./program.ts"

/** A desk of the exercise as a screen on this machine knows it: by its HTTP API and nothing else. */
export type DeskClient = {
  get<T>(path: string): Promise<T>
  post<T>(path: string, body: unknown): Promise<T>
  /** Calls `hear` with every live event until disposed of; settles once the stream is open. */
  live(hear: (event: LiveEvent) => void): Promise<Disposable>
}

export type LiveEvent = { kind: string; entered?: readonly { matter: string }[] }

/** `iod start` in a process of its own. */
export type Exercise = Program & {
  /** Seconds from the command until the page of every desk was answered. */
  openAfter: number
  desk(name: string): DeskClient
}

/** Runs `iod start` on a data folder and waits until five desks answer. */
export async function openExercise(data: string): Promise<Exercise> {
  const began = performance.now()
  const program = await openProgram(["start", "--data", data, "--port", "0"], /Ctrl-C stops/)
  const desk = (name: string) => clientOf(join(programFolder(data, "desk", name), "api.json"))
  await Promise.all(exercisePlan.desks.map((name) => desk(name).get<DeskStatus>("/desk")))
  return { ...program, openAfter: (performance.now() - began) / 1000, desk }
}

function clientOf(file: string): DeskClient {
  const address: ScriptAddress = JSON.parse(readFileSync(file, "utf8"))
  return {
    get: async (path) => JSON.parse(await exchange(address, "GET", path)),
    post: async (path, body) => JSON.parse(await exchange(address, "POST", path, JSON.stringify(body))),
    live: (hear) => live(address, hear),
  }
}

function headers({ host, token }: ScriptAddress) {
  return { host, authorization: `Bearer ${token}`, "content-type": "application/json" }
}

// *.localhost does not resolve outside a browser: the name goes into the Host header.
function exchange(address: ScriptAddress, method: string, path: string, body?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(`${address.url}/api${path}`, { method, headers: headers(address) }, (response) => {
      let text = ""
      response.setEncoding("utf8")
      response.on("data", (piece: string) => {
        text += piece
      })
      response.on("end", () => {
        if (response.statusCode === 200) resolve(text)
        else reject(new Error(`${method} ${path} was answered with ${response.statusCode}: ${text}`))
      })
    })
    call.on("error", reject)
    call.end(body)
  })
}

function live(address: ScriptAddress, hear: (event: LiveEvent) => void): Promise<Disposable> {
  return new Promise((resolve, reject) => {
    const call = request(`${address.url}/api/live`, { headers: headers(address) }, (response) => {
      let held = ""
      response.setEncoding("utf8")
      response.on("data", (piece: string) => {
        const lines = `${held}${piece}`.split("\n")
        held = lines.pop() ?? ""
        for (const line of lines) if (line.startsWith("data: ")) hear(JSON.parse(line.slice(6)))
      })
      response.on("error", () => undefined)
      resolve({ [Symbol.dispose]: () => void call.destroy() })
    })
    call.on("error", reject)
    call.end()
  })
}

/** A message as a screen hands it in; its matter is chosen here, so that it is known before it arrives. */
export function message(line: string, matter: string, body: string) {
  const records = [{ fields: { matter, language: "en" }, texts: { subject: "Power line at km 14", body } }]
  return { act: "message.sent", line, precedence: "ROUTINE", records }
}

/** Id of the line of this purpose at a desk. */
export async function lineOf(desk: DeskClient, purpose: string): Promise<string> {
  const { lines } = await desk.get<DeskStatus>("/desk")
  const line = lines.find((l) => l.purpose === purpose)
  if (!line) throw new Error(`the exercise has no line "${purpose}"`)
  return line.id
}
