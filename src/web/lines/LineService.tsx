import { useId, useState } from "react"
import { Button, Input, Label, TextArea, TextField } from "react-aria-components"
import type { LineView } from "#offices/joins/screen.ts"
import { useMay } from "../desk/powers.ts"
import { useDesk } from "../desk/state.ts"
import { AskDialog } from "../parts/AskDialog.tsx"
import { useNameOf } from "../parts/Delegation.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { useWords } from "../words.ts"
import { hand } from "./hand.ts"
import { readReplyBy } from "./reply-by.ts"

type Asked = "contact" | "out" | "back"

/** Whom to telephone at each member of a line, who declared that it does not answer, and saying so oneself. */
export function LineService({ line }: { line: LineView }) {
  const { status, silent } = useDesk()
  const { t } = useWords()
  const may = useMay()
  const nameOf = useNameOf()
  const [asked, setAsked] = useState<Asked>()
  const id = useId()
  const isOut = line.service.some((one) => one.by === status.delegation && one.outOfService)
  if (!line.open) return null
  return (
    <section className="service" aria-labelledby={id}>
      <h2 id={id}>{t("act.line.contact")}</h2>
      <ul>
        {line.service.map((one) => (
          <li key={one.by}>
            {nameOf(one.by)}: {one.contact ? <q lang="">{one.contact}</q> : t("overdue.no-telephone")}
            {one.outOfService && (
              <strong>
                {" "}
                {t("overdue.declared")} <FullInstant at={one.outOfService.at} />
                {one.outOfService.text !== null && (
                  <q className="said" lang="">
                    {one.outOfService.text}
                  </q>
                )}
              </strong>
            )}
          </li>
        ))}
      </ul>
      {may("write") && (
        <div className="buttons">
          <Button className="button small" isDisabled={silent} onPress={() => setAsked("contact")}>
            {t("service.contact")}
          </Button>
          <Button className="button small" isDisabled={silent} onPress={() => setAsked(isOut ? "back" : "out")}>
            {t(isOut ? "service.back" : "service.out")}
          </Button>
        </div>
      )}
      {asked && <ServiceDialog line={line.id} what={asked} onClose={() => setAsked(undefined)} />}
    </section>
  )
}

const ACTS = { contact: "line.contact", out: "line.out-of-service", back: "line.back-in-service" } as const

function ServiceDialog({ line, what, onClose }: { line: string; what: Asked; onClose(): void }) {
  const { t, code } = useWords()
  const [text, setText] = useState("")
  const [until, setUntil] = useState("")
  const end = readReplyBy(until)
  const isComplete = what === "back" || (text.trim() !== "" && (until === "" || end !== undefined))
  async function say(): Promise<string | undefined> {
    const fields = { matter: line, ...(what === "out" && end !== undefined && { until: end }) }
    const answer = await hand({ act: ACTS[what], line, fields, ...(what !== "back" && { texts: { text } }) })
    return "failed" in answer ? code("refused", answer.failed) : undefined
  }
  const title = t(`service.${what}`)
  return (
    <AskDialog title={title} confirm={title} disabled={!isComplete} onConfirm={say} onClose={onClose}>
      <p>{t(`service-means.${what}`)}</p>
      {what !== "back" && (
        <TextField className="field" value={text} onChange={setText}>
          <Label>{t(what === "contact" ? "service.whom" : "service.why")}</Label>
          <TextArea rows={3} />
        </TextField>
      )}
      {what === "out" && (
        <TextField className="field" value={until} onChange={setUntil}>
          <Label>{t("service.until")}</Label>
          <Input placeholder="2026-12-31 18:00" inputMode="numeric" autoComplete="off" />
        </TextField>
      )}
    </AskDialog>
  )
}
