import type { RollRow } from "#offices/joins/roll.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { Hash } from "../parts/Hash.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { useWords } from "../words.ts"

/** Every claim to a name, beside each other and in equal type: none is confirmed by being there. */
export function Claims({ row, k }: { row: RollRow; k: number }) {
  const { t } = useWords()
  const nameOf = useNameOf()
  if (row.claims.length === 0) return null
  return (
    <section className="section">
      <h2>{t("roll.claims")}</h2>
      <p>{t("roll.claims-meaning", { k })}</p>
      <ul className="plain">
        {row.claims.map((claim) => (
          <li key={claim.fingerprint}>
            <Hash of={claim.fingerprint} />
            <p className="hint">
              {t("roll.claimed-at")} <FullInstant at={claim.at} />.{" "}
              {claim.confirmedBy.length === 0
                ? t("roll.claim-confirmed-none")
                : t("roll.claim-confirmed-by", { names: claim.confirmedBy.map(nameOf).join(", ") })}
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}
