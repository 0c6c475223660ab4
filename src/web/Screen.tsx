import { type ComponentType, Fragment, type ReactNode } from "react"
import { CourierScreen } from "./courier/CourierScreen.tsx"
import { powerFor, useMay } from "./desk/powers.ts"
import { RestoredScreen } from "./desk/RestoredScreen.tsx"
import { HandoverScreen } from "./duty/HandoverScreen.tsx"
import { LogScreen } from "./duty/LogScreen.tsx"
import { CallForm } from "./lines/CallForm.tsx"
import { Compose } from "./lines/Compose.tsx"
import { Inbox } from "./lines/Inbox.tsx"
import { Line } from "./lines/Line.tsx"
import { Message } from "./lines/Message.tsx"
import { NewLine } from "./lines/NewLine.tsx"
import { RelayScreen } from "./lines/RelayScreen.tsx"
import { StopScreen } from "./lines/StopScreen.tsx"
import { AuditScreen } from "./officers/AuditScreen.tsx"
import { OfficersScreen } from "./officers/OfficersScreen.tsx"
import { OwnScreen } from "./officers/OwnScreen.tsx"
import { ReleasesScreen } from "./officers/ReleasesScreen.tsx"
import { Heading } from "./parts/Heading.tsx"
import { To } from "./parts/To.tsx"
import { Register } from "./register/Register.tsx"
import { RollMember } from "./roll/RollMember.tsx"
import { RollScreen } from "./roll/RollScreen.tsx"
import { usePlace } from "./router.ts"
import { Search } from "./search/Search.tsx"
import { TranslationQueue } from "./translation/Queue.tsx"
import { Translate } from "./translation/Translate.tsx"
import { BoardScreen } from "./watch/BoardScreen.tsx"
import { ChangesScreen } from "./watch/ChangesScreen.tsx"
import { CheckScreen } from "./watch/CheckScreen.tsx"
import { OverdueScreen } from "./watch/OverdueScreen.tsx"
import { WatchScreen } from "./watch/WatchScreen.tsx"
import { useWords } from "./words.ts"

/** Screens whose address says nothing but their name. */
const PLAIN: ReadonlyMap<string, ComponentType> = new Map([
  ["translations", TranslationQueue],
  ["watch", WatchScreen],
  ["log", LogScreen],
  ["handover", HandoverScreen],
  ["overdue", OverdueScreen],
  ["board", BoardScreen],
  ["relays", RelayScreen],
  ["changes", ChangesScreen],
  ["courier", CourierScreen],
  ["me", OwnScreen],
  ["officers", OfficersScreen],
  ["releases", ReleasesScreen],
  ["audit", AuditScreen],
  ["search", Search],
  ["register", Register],
  ["roll", RollScreen],
  ["restored", RestoredScreen],
])

/** Screens that begin with what their query says. */
const ASKED: ReadonlyMap<string, ComponentType<{ query: URLSearchParams }>> = new Map([
  ["compose", Compose],
  ["call", CallForm],
  ["lines", NewLine],
  ["stop", ({ query }) => <StopScreen drill={query.has("drill")} />],
])

/** Screens of one thing, whose names the address goes on with. */
const OF_ONE: ReadonlyMap<string, (query: URLSearchParams, first: string, second: string) => ReactNode> = new Map([
  ["line", (_, id) => <Line id={id} />],
  ["roll", (_, name) => <RollMember name={name} />],
  ["message", (_, line, matter) => matter !== "" && <Message line={line} matter={matter} />],
  ["check", (_, line, matter) => matter !== "" && <CheckScreen line={line} matter={matter} />],
  [
    "translate",
    (query, line, matter) => matter !== "" && <Translate line={line} matter={matter} into={query.get("into")} />,
  ],
])

/** What the role does not open: said, with the way to what it does. */
function NotYours() {
  const { t, code } = useWords()
  return (
    <>
      <Heading>{code("refused", "role.not-yours")}</Heading>
      <p>
        <To href="/me">{t("own.title")}</To>
      </p>
    </>
  )
}

/** The screen that the address names. */
export function Screen() {
  const { path, query } = usePlace()
  const may = useMay()
  const [office, first = "", second = ""] = path.split("/").filter((part) => part !== "")
  const power = powerFor(path)
  if (path === "/" && may("audit") && !may("read")) return <AuditScreen />
  if (power && !may(power)) return <NotYours />
  if (office === undefined) return <Inbox />
  const one = first !== "" && OF_ONE.get(office)?.(query, first, second)
  if (one) return <Fragment key={path}>{one}</Fragment>
  const Asked = ASKED.get(office)
  if (Asked) return <Asked key={query.toString()} query={query} />
  const Plain = PLAIN.get(office)
  return Plain ? <Plain /> : <Unknown />
}

function Unknown() {
  const { t } = useWords()
  return (
    <>
      <Heading>{t("screen.unknown")}</Heading>
      <p>
        <To href="/">{t("inbox.title")}</To>
      </p>
    </>
  )
}
