import { useState } from "react"
import { Button, Label, TextArea, TextField } from "react-aria-components"
import type { LineView } from "#offices/joins/screen.ts"
import type { CallRow } from "#offices/joins/watch.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { AskDialog } from "../parts/AskDialog.tsx"
import { useNameOf } from "../parts/Delegation.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { To } from "../parts/To.tsx"
import { useWords } from "../words.ts"
import { hand } from "./hand.ts"

/** Telephone calls of a line as whoever entered them wrote them down, and what the other side heard. */
export function Calls({ line }: { line: LineView }) {
  const { live } = useDesk()
  const { t } = useWords()
  const { value } = useResource<CallRow[]>(`/lines/${line.id}/calls`, live, (event) => event.kind === "entered")
  return (
    <>
      {line.open && (
        <p>
          <To className="button" href={`/call?line=${line.id}`}>
            {t("call.enter")}
          </To>
        </p>
      )}
      {value?.length === 0 && <p>{t("call.none")}</p>}
      {value?.map((call) => (
        <Call key={call.matter} call={call} />
      ))}
    </>
  )
}

function Call({ call }: { call: CallRow }) {
  const { status, silent } = useDesk()
  const { t, code } = useWords()
  const nameOf = useNameOf()
  const [asking, setAsking] = useState<"same" | "other">()
  const maySay = call.by !== status.delegation && call.stated.every(({ by }) => by !== status.delegation)
  return (
    <article className="call">
      <h3>
        {t(`call.${call.direction}`, { by: nameOf(call.by), name: nameOf(call.with) })} ·{" "}
        {code("purpose", call.purpose)}
      </h3>
      <p className="hint">
        <FullInstant at={call.started} />
        {call.ended !== null && (
          <>
            {" – "}
            <FullInstant at={call.ended} />
          </>
        )}
      </p>
      <p>
        {t(call.answered ? "call.answered" : "call.not-answered")} {call.role !== null && code("call-role", call.role)}{" "}
        {call.interpreter && t("call.with-interpreter")}
      </p>
      <p className="body" lang={call.language}>
        {call.gist ?? t("text.gone")}
      </p>
      <p>
        {code("read-back", call.readBack)}
        {call.readBackText !== null && (
          <>
            {": "}
            <q lang={call.language}>{call.readBackText}</q>
          </>
        )}
      </p>
      {call.about !== null && (
        <p>
          <To href={`/message/${call.line}/${call.about}`}>{t("call.about")}</To>
        </p>
      )}
      {call.stated.map((one) => (
        <p key={one.by}>
          {t(one.same ? "call.same" : "call.other", { name: nameOf(one.by) })} <FullInstant at={one.at} />
          {one.text !== null && <q className="said">{one.text}</q>}
        </p>
      ))}
      {maySay && (
        <div className="buttons">
          <Button className="button" isDisabled={silent} onPress={() => setAsking("same")}>
            {t("call.say-same")}
          </Button>
          <Button className="button" isDisabled={silent} onPress={() => setAsking("other")}>
            {t("call.say-other")}
          </Button>
        </div>
      )}
      {asking && <StateDialog call={call} same={asking === "same"} onClose={() => setAsking(undefined)} />}
    </article>
  )
}

function StateDialog({ call, same, onClose }: { call: CallRow; same: boolean; onClose(): void }) {
  const { t, code } = useWords()
  const [text, setText] = useState("")
  async function state(): Promise<string | undefined> {
    const fields = { matter: call.matter, of: call.header, same }
    const answer = await hand({ act: "call.stated", line: call.line, fields, texts: { text } })
    return "failed" in answer ? code("refused", answer.failed) : undefined
  }
  const title = t(same ? "call.say-same" : "call.say-other")
  return (
    <AskDialog title={title} confirm={title} disabled={!same && text.trim() === ""} onConfirm={state} onClose={onClose}>
      <p>{t("call.say-meaning")}</p>
      <TextField className="field" value={text} onChange={setText}>
        <Label>{t(same ? "call.say-text" : "call.say-what")}</Label>
        <TextArea rows={3} />
      </TextField>
    </AskDialog>
  )
}
