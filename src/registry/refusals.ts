import type { Signer } from "#register/note.ts"
import { publicLine, type RegistryRefusalCode, signRefusal } from "#seal/stamp.ts"
import { type Clock, instantOf } from "../clock.ts"
import type { NotAdmitted } from "./admission.ts"

/** How the registry says no: notes that it signs. `header` is the hash of the header that is refused. */
export type Refusals = {
  /** The same bytes may come again after so many milliseconds. */
  wait(header: string, code: RegistryRefusalCode, again: number): string
  /** For good: the serial is free. */
  final(header: string, code: RegistryRefusalCode): string
  notAdmitted(refused: NotAdmitted): string
  /** Nothing is taken in now. */
  behind(header: string): string
}

const BEHIND_AGAIN_MS = 5000
/** Stands for a header of which not even the hash could be told. */
export const NO_HEADER = publicLine(0)

/** Opens the refusals of one office's registry. */
export function openRefusals(clock: Clock, office: string, signer: Signer): Refusals {
  const wait: Refusals["wait"] = (header, code, again) =>
    signRefusal({ office, header, kind: "wait", code, again, at: instantOf(clock) }, signer)
  const final: Refusals["final"] = (header, code) =>
    signRefusal({ office, header, kind: "final", code, again: 0, at: instantOf(clock) }, signer)
  return {
    wait,
    final,
    notAdmitted: ({ header, refused }) => final(header ?? NO_HEADER, refused),
    behind: (header) => wait(header, "busy", BEHIND_AGAIN_MS),
  }
}
