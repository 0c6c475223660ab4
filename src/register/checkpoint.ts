import { base64 } from "./bytes.ts"
import { VerificationError } from "./error.ts"
import { parseHash, parseU63, type TreeHead } from "./tree.ts"

/** What a log says of its tree (C2SP tlog-checkpoint): who it is, how many leaves, which root. */
export type Checkpoint = TreeHead & { origin: string }

/** The text of a checkpoint; ours never has extension lines, which nobody can audit. */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  return `${checkpoint.origin}\n${checkpoint.size}\n${base64(checkpoint.root)}\n`
}

/** Reads a checkpoint's text; extension lines are allowed and not read. Throws `checkpoint.malformed`. */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split("\n")
  const [origin, size, root] = lines
  if (lines.pop() !== "" || lines.length < 3 || lines.includes("") || !origin || !size || !root)
    throw new VerificationError("checkpoint.malformed", "a checkpoint does not have three lines")
  return { origin, size: parseU63(size, "checkpoint.malformed"), root: parseHash(root, "checkpoint.malformed") }
}
