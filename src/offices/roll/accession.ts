import { z } from "zod"
import { language, name } from "../act.ts"
import type { PublicAct } from "./acts.ts"
import type { Founded } from "./charter.ts"

const root = z.tuple([z.string().max(5000), z.string().max(5000)])

/**
 * What a root key signed so that its delegation takes part, as one file: made where the root is, entered by its desk or,
 * as a clerical act, by the secretariat. All of it is public.
 */
export const accessionForm = z.strictObject({
  iod: z.literal("accession/v1"),
  delegation: name,
  root,
  language,
  /** Of the first desk key. */
  certificate: z.string().max(20_000),
  acceptance: z.string().max(20_000),
  /** At the secretariat's desk: every founder's signature under the charter. */
  founders: z
    .array(z.strictObject({ delegation: name, root, signature: z.string().max(20_000) }))
    .max(100)
    .optional(),
})
export type Accession = z.infer<typeof accessionForm>

/** Longest file of this form, in characters: what is longer is none. */
export const LONGEST_ACCESSION = 2_000_000

/** The act by which a delegation enters: the secretariat's founds the office, with its charter and all who signed it. */
export function entryOf({ office, charter, text }: Founded, accession: Accession): PublicAct {
  const { delegation, root, certificate, language, acceptance, founders } = accession
  const words = { matter: office, root, certificate, acceptance }
  return delegation === charter.secretariat
    ? { act: "charter.founded", charter: text, ...words, ...(founders && { founders }) }
    : { act: "mandate.accepted", delegation, language, ...words }
}
