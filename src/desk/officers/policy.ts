import { z } from "zod"
import type { Rules } from "#offices/index.ts"
import type { Archive } from "../archive.ts"

const SETTING = "release.policy"
const kinds = z.array(z.string().max(64)).max(500)

/** The kinds of act that this desk lets out only when a second officer has released them. */
export function releasePolicy({ meta }: Archive, rules: Rules): ReadonlySet<string> {
  const set = meta(SETTING)
  if (set !== undefined) return new Set(kinds.parse(JSON.parse(set)))
  return new Set([...rules.values()].filter((kind) => kind.secondOfficer).map(({ kind }) => kind))
}

/** Sets it; kinds that nobody knows are left out. */
export function setReleasePolicy({ setMeta }: Archive, rules: Rules, wanted: readonly string[]): void {
  setMeta(SETTING, JSON.stringify(wanted.filter((kind) => rules.get(kind)?.by === "officer")))
}
