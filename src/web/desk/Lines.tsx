import { useSyncExternalStore } from "react"
import { useLineName } from "../parts/Delegation.tsx"
import { To } from "../parts/To.tsx"
import { usePlace } from "../router.ts"
import { useWords } from "../words.ts"
import { useDesk } from "./state.ts"

/** Every line of this delegation, with what is unread and what waits for an answer; folded where there is no room. */
export function Lines() {
  const { t } = useWords()
  const narrow = useNarrow()
  return (
    <nav className="lines" aria-label={t("lines.title")}>
      {narrow ? (
        <details>
          <summary>{t("lines.title")}</summary>
          <LineList />
        </details>
      ) : (
        <>
          <h2>{t("lines.title")}</h2>
          <LineList />
        </>
      )}
    </nav>
  )
}

/** Whether the window is as narrow as the styles take it to be (chrome.css). */
function useNarrow(): boolean {
  return useSyncExternalStore(
    (told) => {
      NARROW.addEventListener("change", told)
      return () => NARROW.removeEventListener("change", told)
    },
    () => NARROW.matches,
  )
}

const NARROW = matchMedia("(max-width: 48rem)")

function LineList() {
  const { status } = useDesk()
  const { t } = useWords()
  const { path } = usePlace()
  const lineName = useLineName()
  return (
    <>
      <ul>
        {status.lines.map((line) => (
          <li key={line.id}>
            <To href={`/line/${line.id}`} aria-current={path === `/line/${line.id}` ? "page" : undefined}>
              <span>{lineName(line)}</span>
              <small>
                {[
                  line.open ? undefined : t("line.not-open"),
                  line.unread > 0 ? t("unread.count", { count: line.unread }) : undefined,
                  line.unanswered > 0 ? t("unanswered.count", { count: line.unanswered }) : undefined,
                ]
                  .filter((part) => part !== undefined)
                  .join(" · ")}
              </small>
            </To>
          </li>
        ))}
      </ul>
      <p>
        <To className="button small" href="/lines/new">
          {t("line.new")}
        </To>
      </p>
      {status.lines.length === 0 && <p>{t("lines.none")}</p>}
    </>
  )
}
