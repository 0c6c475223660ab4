import { useNameOf } from "../parts/Delegation.tsx"
import { To } from "../parts/To.tsx"
import { usePlace } from "../router.ts"
import { useLanguage, useWords } from "../words.ts"
import { Clocks } from "./Clocks.tsx"
import { Connection } from "./Connection.tsx"
import { Preferences } from "./Preferences.tsx"
import { useDesk } from "./state.ts"

/** Whose desk this is, the time, the connection, and the ways to the other screens. */
export function StatusBar({ onKeys }: { onKeys(): void }) {
  const { status } = useDesk()
  const { t } = useWords()
  const { language } = useLanguage()
  const { path } = usePlace()
  const nameOf = useNameOf()
  const here = (href: string) => (path === href ? ("page" as const) : undefined)
  return (
    <header className="bar">
      <div className="whose">
        <strong>{nameOf(status.delegation)}</strong>
        <span>{status.officeName[language]}</span>
        <span>{t("bar.officer", { name: status.officer })}</span>
      </div>
      <nav aria-label={t("nav.label")} className="ways">
        <To href="/" aria-current={here("/")}>
          {t("inbox.title")}
          {status.unread > 0 && <span className="count"> {t("unread.count", { count: status.unread })}</span>}
        </To>
        <To href="/compose" aria-current={here("/compose")}>
          {t("compose.title")}
        </To>
        {status.delegation === status.secretariat && (
          <To href="/relays" aria-current={here("/relays")}>
            {t("relay.title")}
          </To>
        )}
        <To href="/translations" aria-current={here("/translations")}>
          {t("translation.queue")}
        </To>
        <To href="/overdue" aria-current={here("/overdue")}>
          {t("overdue.title")}
        </To>
        <To href="/board" aria-current={here("/board")}>
          {t("board.title")}
        </To>
        <To href="/search" aria-current={here("/search")}>
          {t("search.title")}
        </To>
        <To href="/changes" aria-current={here("/changes")}>
          {t("changes.title")}
        </To>
        <To href="/register" aria-current={here("/register")}>
          {t("register.title")}
        </To>
      </nav>
      <Clocks />
      <Connection />
      <Preferences onKeys={onKeys} />
    </header>
  )
}
