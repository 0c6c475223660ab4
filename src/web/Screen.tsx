import type { ComponentType } from "react"
import { CourierScreen } from "./courier/CourierScreen.tsx"
import { CallForm } from "./lines/CallForm.tsx"
import { Compose } from "./lines/Compose.tsx"
import { Inbox } from "./lines/Inbox.tsx"
import { Line } from "./lines/Line.tsx"
import { Message } from "./lines/Message.tsx"
import { NewLine } from "./lines/NewLine.tsx"
import { RelayScreen } from "./lines/RelayScreen.tsx"
import { StopScreen } from "./lines/StopScreen.tsx"
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
import { useWords } from "./words.ts"

/** Screens whose address says nothing but their name. */
const PLAIN: ReadonlyMap<string, ComponentType> = new Map([
  ["translations", TranslationQueue],
  ["overdue", OverdueScreen],
  ["board", BoardScreen],
  ["relays", RelayScreen],
  ["changes", ChangesScreen],
  ["courier", CourierScreen],
  ["search", Search],
  ["register", Register],
  ["roll", RollScreen],
])

/** The screen that the address names. */
export function Screen() {
  const { path, query } = usePlace()
  const { t } = useWords()
  const [office, first, second] = path.split("/").filter((part) => part !== "")
  if (office === undefined) return <Inbox />
  if (office === "line" && first) return <Line key={first} id={first} />
  if (office === "lines" && first === "new") return <NewLine key={query.toString()} query={query} />
  if (office === "message" && first && second)
    return <Message key={`${first}/${second}`} line={first} matter={second} />
  if (office === "translate" && first && second)
    return <Translate key={`${first}/${second}`} line={first} matter={second} into={query.get("into")} />
  if (office === "compose") return <Compose key={query.toString()} query={query} />
  if (office === "call") return <CallForm key={query.toString()} query={query} />
  if (office === "check" && first && second)
    return <CheckScreen key={`${first}/${second}`} line={first} matter={second} />
  if (office === "roll" && first) return <RollMember key={first} name={first} />
  if (office === "stop") return <StopScreen key={query.toString()} drill={query.has("drill")} />
  const Plain = PLAIN.get(office)
  if (Plain) return <Plain />
  return (
    <>
      <Heading>{t("screen.unknown")}</Heading>
      <p>
        <To href="/">{t("inbox.title")}</To>
      </p>
    </>
  )
}
