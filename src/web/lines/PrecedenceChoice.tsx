import type { Precedence } from "#offices/act.ts"
import { PRECEDENCES, PrecedenceMark } from "../parts/PrecedenceMark.tsx"
import { useWords } from "../words.ts"

/** Speed of handling and nothing else: each precedence with what it asks of the other desk. */
export function PrecedenceChoice({ chosen, onChoose }: { chosen: Precedence; onChoose(precedence: Precedence): void }) {
  const { t } = useWords()
  return (
    <fieldset className="precedences">
      <legend>{t("precedence.label")}</legend>
      {PRECEDENCES.toReversed().map((precedence) => (
        <label key={precedence} className="check">
          <input type="radio" name="precedence" checked={chosen === precedence} onChange={() => onChoose(precedence)} />
          <span>
            <PrecedenceMark of={precedence} /> <small>{t(`precedence-means.${precedence}`)}</small>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
