import type { Clock } from "../../clock.ts"

/** The registry's door for couriers, where the network reaches it. */
export type CourierRegistry = {
  /** Hands a file in, again and again while it leaves envelopes waiting; undefined where nobody answers. */
  handIn(file: Uint8Array): Promise<{ file: Uint8Array; left: number } | undefined>
  close(): void
}

const ANSWER_MS = 60_000
const AGAIN_MS = 1000
const MOST_TIMES = 10

/** Opens the way to the registry's door for couriers. */
export function openCourierRegistry(registry: string, clock: Clock, log: (message: string) => void): CourierRegistry {
  const stopping = new AbortController()

  async function post(file: Uint8Array): Promise<{ file: Uint8Array; left: number }> {
    const response = await fetch(`${registry}/desk/courier`, {
      method: "POST",
      body: new Uint8Array(file),
      signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(ANSWER_MS)]),
    })
    if (!response.ok) throw new Error(`the registry answered ${response.status}`)
    const left = Number(response.headers.get("iod-left") ?? "0")
    return { file: new Uint8Array(await response.arrayBuffer()), left: Number.isSafeInteger(left) ? left : 0 }
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const bell = clock.after(AGAIN_MS, resolve)
      stopping.signal.addEventListener("abort", () => {
        bell[Symbol.dispose]()
        resolve()
      })
    })
  }

  return {
    async handIn(file) {
      try {
        let answer = await post(file)
        for (let times = 1; answer.left > 0 && times < MOST_TIMES && !stopping.signal.aborted; times++) {
          await pause()
          // The same file: what was stamped before is answered with the same stamps.
          answer = await post(file)
        }
        return answer
      } catch (error) {
        log(`a courier's file could not be handed in: ${error instanceof Error ? error.message : ""}`)
        return undefined
      }
    },
    close: () => stopping.abort(),
  }
}
