import { useId, useState } from "react"
import { Button } from "react-aria-components"
import type { AuditRow } from "#offices/joins/officers.ts"
import { ask } from "../desk/ask.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { Heading } from "../parts/Heading.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { LongList } from "../parts/LongList.tsx"
import { useWords } from "../words.ts"

type Check = { rows: number; covered: number; anchored: number; findings: { code: string; at: string }[] }

/** What was done at this desk, without content, and whether the log still is what the register covers of it. */
export function AuditScreen() {
  const { live } = useDesk()
  const { t, code } = useWords()
  const title = useId()
  const { value } = useResource<AuditRow[]>("/audit", live, () => false)
  const [older, setOlder] = useState<readonly AuditRow[]>([])
  const [check, setCheck] = useState<Check>()
  const rows = [...(value ?? []), ...older]
  const first = rows.at(-1)?.seq ?? 1
  async function more(): Promise<void> {
    const answer = await ask<AuditRow[]>(`/audit?before=${first}`)
    if ("value" in answer) setOlder([...older, ...answer.value])
  }
  async function verify(): Promise<void> {
    const answer = await ask<Check>("/audit/check")
    if ("value" in answer) setCheck(answer.value)
  }
  return (
    <>
      <Heading id={title}>{t("audit.title")}</Heading>
      <p>{t("audit.meaning")}</p>
      <div className="buttons">
        <Button className="button" onPress={() => void verify()}>
          {t("audit.check")}
        </Button>
      </div>
      <p role="status">
        {check &&
          t(check.findings.length === 0 ? "audit.holds" : "audit.broken", {
            rows: check.rows,
            covered: check.covered,
            count: check.findings.length,
          })}
      </p>
      <LongList labelledBy={title} rows={rows} keyOf={(row) => String(row.seq)}>
        {(row) => (
          <div className="audit-row">
            <span>{row.seq}</span> <FullInstant at={row.at} /> <strong>{row.name}</strong>{" "}
            <span>{code("audited", row.what)}</span> <code>{row.about}</code>
          </div>
        )}
      </LongList>
      {first > 1 && (
        <Button className="button" onPress={() => void more()}>
          {t("list.older")}
        </Button>
      )}
    </>
  )
}
