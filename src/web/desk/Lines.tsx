import { useLineName } from "../parts/Delegation.tsx"
import { To } from "../parts/To.tsx"
import { usePlace } from "../router.ts"
import { useWords } from "../words.ts"
import { useDesk } from "./state.ts"

/** Every line of this delegation, with what is unread and what waits for an answer. */
export function Lines() {
  const { status } = useDesk()
  const { t } = useWords()
  const { path } = usePlace()
  const lineName = useLineName()
  return (
    <nav className="lines" aria-label={t("lines.title")}>
      <h2>{t("lines.title")}</h2>
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
    </nav>
  )
}
