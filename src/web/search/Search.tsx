import { useId } from "react"
import { useDesk } from "../desk/state.ts"
import { Heading } from "../parts/Heading.tsx"
import { LongList, More } from "../parts/LongList.tsx"
import { Notice } from "../parts/Notice.tsx"
import { Wrong } from "../parts/Wrong.tsx"
import { useWords } from "../words.ts"
import { type Found, keyOf, useSearch } from "./asked.ts"
import { Hit } from "./Hit.tsx"
import { SearchForm } from "./SearchForm.tsx"

/** Looking through every text that this desk holds, on all its lines. */
export function Search() {
  const { status } = useDesk()
  const { t, code } = useWords()
  const { asked, found, failed, looking, look, more, change } = useSearch(status.officer)
  const title = useId()
  return (
    <>
      <Heading id={title}>{t("search.title")}</Heading>
      <SearchForm asked={asked} change={change} look={look} />
      {failed !== undefined && <Wrong>{code("refused", failed)}</Wrong>}
      {found?.filling && <Notice>{t("search.filling", { done: found.filling.done, of: found.filling.of })}</Notice>}
      <p role="status" className="hint">
        {looking ? t("search.looking") : found && <Count of={found} />}
      </p>
      {found && found.hits.length > 0 && (
        <LongList labelledBy={title} rows={found.hits} keyOf={(hit) => keyOf(hit)}>
          {(hit) => <Hit hit={hit} />}
        </LongList>
      )}
      {found?.more && <More shown={found.hits.length} word={t("search.more")} onMore={more} />}
    </>
  )
}

function Count({ of }: { of: Found }) {
  const { t } = useWords()
  if (of.hits.length === 0) return t("search.none")
  return t(of.more ? "search.first" : "search.found", { count: of.hits.length })
}
