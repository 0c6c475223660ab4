import { useId } from "react"
import { Button } from "react-aria-components"
import type { UnstampedRow } from "#offices/joins/courier.ts"
import { tell } from "../desk/ask.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { PrecedenceMark } from "../parts/PrecedenceMark.tsx"
import { useWords } from "../words.ts"

/** What a courier brought from its author while no stamp has given it a place: read, and folded into nothing. */
export function UnstampedList({ rows }: { rows: readonly UnstampedRow[] }) {
  const { t, code } = useWords()
  const nameOf = useNameOf()
  const id = useId()
  return (
    <section className="section" aria-labelledby={id}>
      <h2 id={id}>
        {t("unstamped.title")} <span className="count">{rows.length}</span>
      </h2>
      <p className="hint">{t("unstamped.meaning")}</p>
      <ul className="evidence">
        {rows.map((row) => (
          <li key={row.hash}>
            <p>
              <PrecedenceMark of={row.precedence} /> <strong>{nameOf(row.by)}</strong> · {row.serial}{" "}
              {row.act !== "" && code("act", row.act)} <small>{t("unstamped.signed")}</small>{" "}
              <FullInstant at={row.signed} />
            </p>
            {[...new Set(row.texts)].map((text) => (
              <p key={text} className="body" lang="">
                {text}
              </p>
            ))}
            {row.fault !== null && <p className="hint">{code("fault", row.fault)}</p>}
            {row.stamped && <p className="hint">{t("unstamped.stamped")}</p>}
            {row.replaced && <p className="hint">{t("unstamped.replaced")}</p>}
            {row.readAt === null && (
              <Button className="button small" onPress={() => void tell(`/courier/unstamped/${row.hash}/read`)}>
                {t("unstamped.read")}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
