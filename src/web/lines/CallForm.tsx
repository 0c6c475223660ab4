import { type FormEvent, useState } from "react"
import { Button } from "react-aria-components"
import type { LineView } from "#offices/joins/screen.ts"
import { randomWord } from "../desk/drafts.ts"
import { useDesk } from "../desk/state.ts"
import { Heading } from "../parts/Heading.tsx"
import { Notice } from "../parts/Notice.tsx"
import { alternat } from "../parts/order.ts"
import { Wrong } from "../parts/Wrong.tsx"
import { go } from "../router.ts"
import { useLanguage, useWords } from "../words.ts"
import { CallAnswered, type CallDraft, CallWhom, CallWords } from "./CallFields.tsx"
import { hand } from "./hand.ts"
import { readReplyBy, writeReplyBy } from "./reply-by.ts"

/** Entering a telephone call on the line of whom one spoke with: what was said in gist, and what was read back. */
export function CallForm({ query }: { query: URLSearchParams }) {
  const { status } = useDesk()
  const { t } = useWords()
  const line = status.lines.find(({ id }) => id === query.get("line"))
  if (!line) return <Heading>{t("line.unknown")}</Heading>
  return <OnLine line={line} about={query.get("about")} whom={query.get("with")} />
}

function OnLine({ line, about, whom }: { line: LineView; about: string | null; whom: string | null }) {
  const { status, live, silent } = useDesk()
  const { t, code } = useWords()
  const { language } = useLanguage()
  const others = alternat(
    line.members.filter((m) => m !== status.delegation),
    status,
    line.id,
  )
  const [call, setCall] = useState<CallDraft>({
    ...{ with: others.find((one) => one === whom) ?? others[0] ?? "", direction: "to" },
    ...{ started: writeReplyBy(live.now()), ended: writeReplyBy(live.now()) },
    ...{ answered: true, role: "officer", interpreter: false, language, purpose: "NOTIFY", gist: "" },
    ...{ readBack: "DONE", readBackText: "" },
  })
  const [wrong, setWrong] = useState<string>()
  const [token] = useState(randomWord)
  const change = (part: Partial<CallDraft>) => setCall({ ...call, ...part })

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    const entered = recordOf(call, about)
    if (typeof entered === "string") return setWrong(t(entered))
    const answer = await hand({ act: "call.entered", line: line.id, ...entered, token })
    if ("failed" in answer) return setWrong(code("refused", answer.failed))
    go(`/line/${line.id}?view=calls`, "replace")
  }
  return (
    <>
      <Heading>{t("call.enter")}</Heading>
      <form className="form" onSubmit={(event) => void submit(event)}>
        <Notice>{t("call.meaning")}</Notice>
        <CallWhom call={call} change={change} others={others} />
        <CallAnswered call={call} change={change} />
        <CallWords call={call} change={change} />
        <Wrong>{wrong}</Wrong>
        <Button className="button strong" type="submit" isDisabled={silent}>
          {t("compose.send")}
        </Button>
      </form>
    </>
  )
}

/** The call as an act has it; or the word for what its officer must mend first. */
function recordOf(call: CallDraft, about: string | null) {
  const [started, ended] = [readReplyBy(call.started), readReplyBy(call.ended)]
  if (started === undefined || (call.answered && ended === undefined)) return "compose.reply-by-malformed"
  if (call.gist.trim() === "") return "call.needs-gist"
  const readBack = call.answered ? call.readBack : "NOT_APPLICABLE"
  const { direction, answered, interpreter, language, purpose } = call
  const fields = {
    ...{ with: call.with, direction, started, answered, interpreter, language, purpose, readBack },
    ...(answered && ended !== undefined && { ended, role: call.role }),
    ...(about !== null && { about }),
  }
  return { fields, texts: { gist: call.gist, ...(readBack === "DONE" && { readBackText: call.readBackText }) } }
}
