import { Button, Input, Label, TextField } from "react-aria-components"
import { useDesk } from "../desk/state.ts"
import { FullInstant } from "../parts/Instant.tsx"
import { useWords } from "../words.ts"
import { readReplyBy, writeReplyBy } from "./reply-by.ts"

const HOURS = [1, 3, 24] as const

/** Until when a reply is asked for: UTC as digits, the other zones computed beside it. */
export function ReplyBy({ value, onChange }: { value: string; onChange(value: string): void }) {
  const { live } = useDesk()
  const { t } = useWords()
  const at = readReplyBy(value)
  return (
    <div className="reply-by">
      <TextField className="field" value={value} onChange={onChange}>
        <Label>{t("compose.reply-by")}</Label>
        <Input placeholder="2026-12-31 18:00" inputMode="numeric" autoComplete="off" />
      </TextField>
      <div className="buttons">
        {HOURS.map((hours) => (
          <Button
            key={hours}
            className="button small"
            onPress={() => onChange(writeReplyBy(live.now() + hours * 3_600_000))}
          >
            {t("compose.in-hours", { hours })}
          </Button>
        ))}
        <Button className="button small" onPress={() => onChange("")}>
          {t("compose.no-reply-by")}
        </Button>
      </div>
      <p className="hint">{at === undefined ? t("compose.reply-by-hint") : <FullInstant at={at} />}</p>
    </div>
  )
}
