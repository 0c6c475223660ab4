import { useNameOf } from "../parts/Delegation.tsx"
import { To } from "../parts/To.tsx"
import { usePlace } from "../router.ts"
import { useLanguage, useWords, type WordId } from "../words.ts"
import { Clocks } from "./Clocks.tsx"
import { Connection } from "./Connection.tsx"
import { Preferences } from "./Preferences.tsx"
import { powerFor, useMay } from "./powers.ts"
import { useDesk } from "./state.ts"

type Way = readonly [href: string, word: WordId]

/** What a watch looks at, most urgent first; what an officer writes; where he looks things up. */
const WAYS: readonly (readonly Way[])[] = [
  [
    ["/watch", "watch.title"],
    ["/", "inbox.title"],
    ["/overdue", "overdue.title"],
    ["/relays", "relay.title"],
    ["/log", "duty.log"],
    ["/handover", "handover.title"],
    ["/changes", "changes.title"],
    ["/board", "board.title"],
  ],
  [
    ["/compose", "compose.title"],
    ["/releases", "release.title"],
    ["/translations", "translation.queue"],
  ],
  [
    ["/search", "search.title"],
    ["/courier", "courier.title"],
    ["/roll", "roll.title"],
    ["/register", "register.title"],
    ["/officers", "officers.title"],
    ["/audit", "audit.title"],
  ],
]

/** Whose desk this is, the time, the connection, and the ways to the other screens. */
export function StatusBar({ onKeys }: { onKeys(): void }) {
  const { status } = useDesk()
  const { t } = useWords()
  const { language } = useLanguage()
  const { path } = usePlace()
  const nameOf = useNameOf()
  const may = useMay()
  const isOffered = ([href]: Way) =>
    may(powerFor(href) ?? "own") && (href !== "/relays" || status.delegation === status.secretariat)
  return (
    <header className="bar">
      <div className="whose">
        <strong>{nameOf(status.delegation)}</strong>
        <span>{status.officeName[language]}</span>
        <To href="/me" aria-current={path === "/me" ? "page" : undefined}>
          {t("bar.officer", { name: status.officer })}
        </To>
      </div>
      <nav aria-label={t("nav.label")} className="ways">
        {WAYS.map((group) => group.filter(isOffered)).map((group) => (
          <ul key={group[0]?.[0] ?? ""}>
            {group.map(([href, word]) => (
              <li key={href}>
                <To href={href} aria-current={path === href ? "page" : undefined}>
                  {t(word)}
                  {href === "/" && status.unread > 0 && (
                    <span className="count"> {t("unread.count", { count: status.unread })}</span>
                  )}
                </To>
              </li>
            ))}
          </ul>
        ))}
      </nav>
      <To href="/stop" className="button stop-button" aria-current={path === "/stop" ? "page" : undefined}>
        {t("stop.button")} <kbd>!</kbd>
      </To>
      {status.exercise && (
        <To href="/stop?drill=1" className="button small">
          {t("stop.drill-button")} <kbd>d</kbd>
        </To>
      )}
      <Clocks />
      <Connection />
      <Preferences onKeys={onKeys} />
    </header>
  )
}
