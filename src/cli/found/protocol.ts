import { join } from "node:path"
import { writeDurably } from "#desk/vault.ts"
import type { Accession } from "#offices/roll/accession.ts"
import type { Founded } from "#offices/roll/charter.ts"
import { setPaper } from "#paper/press.ts"
import { type FoundingStep, protocolJob, protocolText } from "#paper/protocol.ts"
import { instantOf, systemClock } from "../../clock.ts"

export type Protocols = {
  to: string
  founded: Founded
  step: FoundingStep
  signed: readonly Accession[]
  pdf: boolean
}

/** Writes what a step of the founding did, in three languages, to be read aloud, compared, signed by hand and filed. */
export async function writeProtocols({ to, founded, step, signed, pdf }: Protocols): Promise<void> {
  const at = instantOf(systemClock())
  const who = step === "sign" ? `-${signed[0]?.delegation}` : ""
  for (const language of ["en", "uk", "ru"] as const) {
    const file = join(to, `protocol-${step}${who}-${language}`)
    const told = { founded, step, signed, language, at }
    writeDurably(`${file}.txt`, protocolText(told))
    const paper = pdf ? await setPaper(protocolJob(told)) : undefined
    if (paper && "refused" in paper) throw new Error(`${file}.pdf could not be set: ${paper.refused}`)
    if (paper) writeDurably(`${file}.pdf`, paper)
  }
}
