import type { Clock } from "../../clock.ts"
import type { Live } from "../live.ts"

/** Tells screens how far files are: in the moment when something changes, and a few times a second while bytes go. */
export type Progress = {
  went(file: { line: string; hash: string }, done: number): void
  changed(file: { line: string; hash: string }): void
}

const OFTEN_MS = 250

/** Opens the progress of a desk's files. */
export function openProgress(clock: Clock, live: Live): Progress {
  let told = Number.NEGATIVE_INFINITY
  return {
    went({ line, hash }, done) {
      const now = clock.now()
      if (now - told < OFTEN_MS && now >= told) return
      told = now
      live.tell({ kind: "file", line, file: hash, done })
    },
    changed: ({ line, hash }) => live.tell({ kind: "file", line, file: hash, done: null }),
  }
}
