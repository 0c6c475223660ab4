/** What a courier brought from its author while no stamp has confirmed it; `texts` in their order. */
export type UnstampedRow = {
  hash: string
  line: string
  by: string
  serial: number
  precedence: string
  /** When its author signed it, and when the courier's file was taken in here. */
  signed: string
  came: string
  act: string
  texts: string[]
  fault: string | null
  /** Whether its author gave the registry's stamp along. */
  stamped: boolean
  /** Whether another envelope stands at its serial, so that this one will never be stamped. */
  replaced: boolean
  readAt: string | null
}

/** POST /api/courier/in */
export type CourierOutcome =
  /** The registry's answer to this desk: what it says of what waited, and mail. */
  | {
      took: "answer"
      stamped: number
      /** Finally refused by the registry: sealed anew, or back with their officers. */
      returned: number
      entered: number
      /** Envelopes that have to be handed in once more. */
      left: number
      /** Where its mail begins, when what lies before is in another file that has to come first. */
      gap: number | null
    }
  /** Another desk's file: how many of its envelopes are shown here, and what the registry's answer is called. */
  | {
      took: "envelopes"
      from: string
      of: number
      shown: number
      known: number
      handed: { left: number; answer: string } | null
    }

/** POST /api/courier/in-pages, while pages are missing; `others`: files that other pages belong to. */
export type CourierPages = { hash: string; of: number; missing: number[]; others: number }
