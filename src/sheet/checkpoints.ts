import { openPolicies } from "#offices/roll/policies.ts"
import type { Roll } from "#offices/roll/roll.ts"
import { hex } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { openCheckpoint } from "#register/log.ts"
import { parseVerifierKey } from "#register/note.ts"
import { evaluatePolicy, quorumFloor } from "#register/policy.ts"
import { inOrder, must, within } from "./fault.ts"

/** A checkpoint that the register's keys signed and the charter's quorum cosigned. */
export type WitnessedCheckpoint = {
  note: string
  size: bigint
  root: string
  rootBytes: Uint8Array
  /** POSIX second at which the quorum held. */
  time: bigint
  /** POSIX second before which no quorum can have cosigned a larger register. */
  floor: bigint | undefined
  /** The quorum's members that cosigned: for us the states. */
  states: readonly string[]
}

// The last second of the year 9999: beyond it nothing can be written as an instant of ours.
const LAST_SECOND = 253_402_300_799n

/** Opens the checkpoints of a sheet: each with its quorum, by size, none twice. Throws a VerificationError. */
export async function openCheckpoints(
  crypto: Crypto,
  { charter, charters }: Pick<Roll, "charter" | "charters">,
  notes: readonly string[],
): Promise<WitnessedCheckpoint[]> {
  const { origin } = charter.register
  const keys = charter.register.keys.map((key) => parseVerifierKey(crypto, key))
  const policyOver = openPolicies(crypto, () => ({ charter, charters }))
  const opened = await inOrder(
    notes.map((note, i) =>
      within({ part: "checkpoint", number: i + 1 }, async () => {
        const { size, root, note: parsed } = await openCheckpoint(crypto, note, { origin, keys })
        const policy = policyOver(size)
        const quorum = await evaluatePolicy(crypto, policy, parsed)
        // A policy without a quorum holds and has no time: then there is nothing that a sheet could prove.
        must(quorum.holds && quorum.time !== undefined, "checkpoint.unwitnessed", "a checkpoint lacks its quorum")
        must(quorum.time <= LAST_SECOND, "cosignature.malformed", "a time beyond the calendar")
        const states = quorum.members.filter((member) => member.time !== undefined).map((member) => member.name)
        const floor = quorumFloor(policy, quorum)
        return { note, size, root: hex(root), rootBytes: root, time: quorum.time, floor, states }
      }),
    ),
  )
  const rising = opened.every((checkpoint, i) => i === 0 || (opened[i - 1]?.size ?? 0n) < checkpoint.size)
  must(rising, "sheet.order", "the checkpoints of a sheet do not rise")
  return opened
}
