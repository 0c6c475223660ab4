import type { Signer } from "#register/note.ts"
import { signLineHead } from "#seal/stamp.ts"
import type { Frame } from "#seal/wire.ts"
import type { Ledger } from "./ledger.ts"

export type LineHeadsParts = { office: string; ledger: Pick<Ledger, "linesOf" | "lineEnd">; signer: Signer }

/**
 * How far each line of a member goes, signed: one stamp beyond it would be evidence against the registry. `size` and
 * `at` are of a moment before the lines are looked at.
 */
export async function lineHeads(
  { office, ledger, signer }: LineHeadsParts,
  member: string,
  { size, at }: { size: bigint; at: string },
): Promise<Frame[]> {
  const lines = await ledger.linesOf(member)
  const ends = await Promise.all(lines.map(async (line) => ({ line, end: await ledger.lineEnd(line) })))
  return ends.flatMap(({ line, end }) => {
    if (!end) return []
    const note = signLineHead({ office, line, place: end.place, head: end.head, size, at }, signer)
    return [{ kind: "line-head" as const, note }]
  })
}
