import { useState } from "react"
import { Button, Input, Label, TextField } from "react-aria-components"
import type { HeldRow } from "#offices/joins/officers.ts"
import { useMay } from "../desk/powers.ts"
import { useDesk } from "../desk/state.ts"
import { useLineName } from "../parts/Delegation.tsx"
import { Instant } from "../parts/Instant.tsx"
import { To } from "../parts/To.tsx"
import { useWords } from "../words.ts"

type HeldProps = { row: HeldRow; onRelease(): void; onReturn(note: string): void; onWithdraw(): void }

/** One act that waits or was decided, in full: whoever releases it reads exactly what will leave. */
export function Held({ row, onRelease, onReturn, onWithdraw }: HeldProps) {
  const { status, silent } = useDesk()
  const { t, code } = useWords()
  const lineName = useLineName()
  const line = status.lines.find((one) => one.id === row.line)
  return (
    <li data-state={row.state}>
      <p>
        <strong>{code("act", row.act)}</strong> · {line ? lineName(line) : t("line.unknown")} ·{" "}
        {t("release.by", { name: row.by })} <Instant at={row.at} />
      </p>
      {row.records.map((record, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the records of one act never change their order
        <Said key={i} line={row.line} record={record} />
      ))}
      <Outcome row={row} />
      {row.state === "waiting" && row.own && (
        <div className="buttons">
          <Button className="button" isDisabled={silent} onPress={onWithdraw}>
            {t("release.withdraw")}
          </Button>
          <span className="hint">{t("release.own-hint")}</span>
        </div>
      )}
      {row.state === "waiting" && !row.own && <Deciding onRelease={onRelease} onReturn={onReturn} />}
    </li>
  )
}

/** Fields and words of one record, each under its name in the act. */
function Said({ line, record: { fields, texts } }: { line: string; record: HeldRow["records"][number] }) {
  const { t } = useWords()
  const matter = typeof fields.matter === "string" && /^[0-9a-f]{64}$/.test(fields.matter) ? fields.matter : undefined
  const named = [...Object.entries(fields), ...Object.entries(texts)].filter(
    ([name]) => name !== "matter" && name !== "of",
  )
  return (
    <dl className="facts">
      {matter && (
        <>
          <dt>{t("release.about")}</dt>
          <dd>
            <To href={`/message/${line}/${matter}`}>{t("release.see")}</To>
          </dd>
        </>
      )}
      {named.map(([name, value]) => (
        <div key={name}>
          <dt lang="en">{name}</dt>
          <dd lang="" className="said-text">
            {typeof value === "string" ? value : JSON.stringify(value)}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Outcome({ row: { state, decidedBy, decided, note, bySession } }: { row: HeldRow }) {
  const { t } = useWords()
  if (state === "waiting") return null
  return (
    <p>
      {t(`release.${state}`, { name: decidedBy ?? "" })} {decided && <Instant at={decided} />}{" "}
      {bySession && <span className="mark">{t("release.by-session")}</span>}
      {note !== null && <q lang="">{note}</q>}
    </p>
  )
}

/** Releasing it, or giving it back with a word to its author. */
function Deciding({ onRelease, onReturn }: { onRelease(): void; onReturn(note: string): void }) {
  const { silent } = useDesk()
  const { t } = useWords()
  const may = useMay()
  const [note, setNote] = useState("")
  if (!may("release")) return null
  return (
    <div className="buttons">
      <Button className="button strong" isDisabled={silent} onPress={onRelease}>
        {t("release.release")}
      </Button>
      <TextField className="field" value={note} onChange={setNote} maxLength={2000}>
        <Label>{t("release.note")}</Label>
        <Input />
      </TextField>
      <Button className="button" isDisabled={silent || note.trim() === ""} onPress={() => onReturn(note)}>
        {t("release.return")}
      </Button>
    </div>
  )
}
