import { Button } from "react-aria-components"
import { Instant } from "../parts/Instant.tsx"
import { useWords } from "../words.ts"
import type { Checks } from "./fold-checks.ts"

/** Line checks in a row, folded together: from which place to which, and when. */
export function LineChecks({ of, onUnfold }: { of: Checks; onUnfold(): void }) {
  const { t } = useWords()
  return (
    <div className="envelope-item quiet">
      <span className="place">
        <span className="visually-hidden">{t("envelope.place")} </span>
        {of.oldest}–{of.newest}
      </span>
      <span />
      <Instant at={of.at} />
      <span />
      <div>
        {t("envelope.checks", { count: of.checks })}{" "}
        <Button className="button small" aria-expanded={of.open} onPress={onUnfold}>
          {t(of.open ? "envelope.fold" : "envelope.unfold")}
        </Button>
      </div>
    </div>
  )
}
