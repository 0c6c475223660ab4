import { z } from "zod"
import type { Signer } from "#register/note.ts"
import { signRequest } from "#seal/node/request.ts"
import type { Clock } from "../../clock.ts"

const answerForm = z.object({
  received: z.int().min(0).optional(),
  refused: z.string().max(40).optional(),
  again: z.int().min(0).optional(),
})
/** What the registry answers about a file: how much of it is there, or why not, with the numbers to go on. */
export type FileAnswer = z.output<typeof answerForm>

/** The registry's doors of files, as one desk knocks at them. Each call throws where it cannot be reached. */
export type FileRegistry = {
  begin(file: NamedFile): Promise<FileAnswer>
  send(file: NamedFile, at: number, bytes: AsyncIterable<Uint8Array>): Promise<FileAnswer>
  fetch(file: NamedFile, from: number, until: number): Promise<FetchedFile | FileAnswer>
  taken(file: NamedFile): Promise<FileAnswer>
}

export type NamedFile = { line: string; hash: string; length: number }
export type FetchedFile = { length: number; bytes: AsyncIterable<Uint8Array> }

export type FileRegistryParts = {
  registry: string
  office: string
  delegation: string
  signer: Signer
  clock: Clock
  stopped: AbortSignal
}

const BUSY = 503
// A registry that has taken bytes for so long without an answer is away.
const ANSWER_MS = 60_000

/** Opens the doors; every request is signed with the desk key. */
export function openFileRegistry(parts: FileRegistryParts): FileRegistry {
  const { registry, office, delegation, signer, clock, stopped } = parts
  function ask(method: string, file: NamedFile, path: string, query: Record<string, number>, init: RequestInit = {}) {
    const words = Object.entries(query).map(([key, value]) => `&${key}=${value}`)
    const url = `${registry}/desk/files/${file.hash}${path}?line=${file.line}${words.join("")}`
    const headers = signRequest({ method, url, office, delegation, now: clock.now() }, signer)
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(ANSWER_MS)])
    return fetch(url, { ...init, method, headers, signal })
  }
  return {
    begin: async (file) => answered(await ask("POST", file, "", { length: file.length })),
    async send(file, at, bytes) {
      const body = ReadableStream.from(bytes)
      return answered(await ask("PUT", file, "", { at }, { body, duplex: "half" }))
    },
    async fetch(file, from, until) {
      const response = await ask("GET", file, "", { from, until })
      if (response.status !== 200 || !response.body) return answered(response)
      return { length: Number(response.headers.get("iod-length")), bytes: response.body }
    },
    taken: async (file) => answered(await ask("POST", file, "/taken", {})),
  }
}

/** Whoever answers in the registry's place controls these bytes: nothing else than this form is taken. */
async function answered(response: Response): Promise<FileAnswer> {
  const isAnswer = response.status < 500 || response.status === BUSY
  if (!isAnswer || response.status === 401) throw new Error(`the registry answered ${response.status}`)
  return answerForm.parse(await response.json())
}
