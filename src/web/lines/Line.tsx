import { Tab, TabList, TabPanel, Tabs } from "react-aria-components"
import { useDesk } from "../desk/state.ts"
import { useLineName } from "../parts/Delegation.tsx"
import { Heading } from "../parts/Heading.tsx"
import { usePlace } from "../router.ts"
import { useWords } from "../words.ts"
import { Calls } from "./Calls.tsx"
import { Envelopes } from "./Envelopes.tsx"
import { LineHead } from "./LineHead.tsx"
import { LineMessages } from "./LineMessages.tsx"
import { LineService } from "./LineService.tsx"

/** One line: who is on it and what for, its messages, and every envelope that it carries. */
export function Line({ id }: { id: string }) {
  const { status } = useDesk()
  const { t } = useWords()
  const lineName = useLineName()
  const view = usePlace().query.get("view")
  const line = status.lines.find((l) => l.id === id)
  if (!line) return <Heading>{t("line.unknown")}</Heading>
  return (
    <>
      <Heading>{t("line.title", { name: lineName(line) })}</Heading>
      <LineHead line={line} />
      <LineService line={line} />
      <Tabs className="tabs" defaultSelectedKey={view === "calls" ? "calls" : "messages"}>
        <TabList aria-label={t("line.views")}>
          <Tab id="messages">{t("line.messages")}</Tab>
          <Tab id="calls">{t("call.title")}</Tab>
          <Tab id="envelopes">{t("line.envelopes")}</Tab>
        </TabList>
        <TabPanel id="messages">
          <LineMessages line={line} />
        </TabPanel>
        <TabPanel id="calls">
          <Calls line={line} />
        </TabPanel>
        <TabPanel id="envelopes">
          <Envelopes line={line} />
        </TabPanel>
      </Tabs>
    </>
  )
}
