import { rollRows } from "#offices/joins/roll.ts"
import type { Founded } from "#offices/roll/charter.ts"
import type { Roll } from "#offices/roll/roll.ts"
import { frontPage } from "#public/front-page.ts"
import { parseCheckpoint } from "#register/checkpoint.ts"
import type { Crypto } from "#register/crypto.ts"
import { parseNote } from "#register/note.ts"
import { evaluatePolicy, type Policy } from "#register/policy.ts"

/** The registry's front page with what stands now; `checkpoint` is empty before the first. */
export async function currentFrontPage(
  crypto: Crypto,
  founded: Founded,
  roll: Roll,
  { checkpoint, policy }: { checkpoint: string; policy(size: bigint): Policy },
  wishes: string | undefined,
): Promise<string> {
  const { office } = founded
  const { charter } = roll
  const register = checkpoint ? await registerNow(crypto, checkpoint, policy) : undefined
  return frontPage({ office, charter, wishes, roll: rollRows(crypto, roll), register })
}

async function registerNow(crypto: Crypto, checkpoint: string, policyOver: (size: bigint) => Policy) {
  const note = parseNote(checkpoint)
  const { size, root } = parseCheckpoint(note.text)
  const { members, holds } = await evaluatePolicy(crypto, policyOver(size), note)
  const cosigned = members.filter((m) => m.time !== undefined).map((m) => m.name)
  return { size: String(size), root: root.toHex(), cosigned, quorum: holds }
}
