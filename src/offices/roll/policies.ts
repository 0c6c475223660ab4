import type { Crypto } from "#register/crypto.ts"
import { type Policy, parsePolicy } from "#register/policy.ts"
import type { Charter } from "./charter.ts"
import type { Roll } from "./member.ts"

/** The charter over a register of `size` entries: as the last amendment among them left it. */
export function charterOver({ charter, charters }: Pick<Roll, "charter" | "charters">, size: bigint): Charter {
  return charters.findLast(({ index }) => BigInt(index) < size)?.charter ?? charters[0]?.charter ?? charter
}

/** Which witnesses must cosign a register of this size, by the charter over it; each policy is parsed once. */
export function openPolicies(crypto: Crypto, roll: () => Pick<Roll, "charter" | "charters">): (size: bigint) => Policy {
  const known = new Map<string, Policy>()
  return (size) => {
    const { policy } = charterOver(roll(), size)
    const parsed = known.get(policy) ?? parsePolicy(crypto, policy)
    known.set(policy, parsed)
    return parsed
  }
}
