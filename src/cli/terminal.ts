/** One sentence to whoever started the program. */
export function say(sentence: string): void {
  process.stdout.write(`${sentence}\n`)
}

/** One line to the operator's log. Nothing secret is ever handed to it. */
export function log(message: string): void {
  process.stderr.write(`${new Date().toISOString()} ${message}\n`)
}

/** Settles at the first Ctrl-C or SIGTERM; a second Ctrl-C ends the program at once, which loses nothing. */
export function untilStopped(): { promise: Promise<void>; signal: AbortSignal } {
  const stopping = new AbortController()
  const promise = new Promise<void>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const)
      process.once(name, () => {
        stopping.abort()
        resolve()
      })
  })
  return { promise, signal: stopping.signal }
}
