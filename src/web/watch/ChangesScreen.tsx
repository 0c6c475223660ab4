import { useId } from "react"
import { Button } from "react-aria-components"
import type { ChangeRow, Changes } from "#offices/joins/watch.ts"
import { tell } from "../desk/ask.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { useLineName, useNameOf } from "../parts/Delegation.tsx"
import { Heading } from "../parts/Heading.tsx"
import { FullInstant, Instant } from "../parts/Instant.tsx"
import { LongList } from "../parts/LongList.tsx"
import { PrecedenceMark } from "../parts/PrecedenceMark.tsx"
import { To } from "../parts/To.tsx"
import { useWords } from "../words.ts"

/** Everything that people said on any line since this officer last closed the list: one list, oldest first. */
export function ChangesScreen() {
  const { live, silent } = useDesk()
  const { t } = useWords()
  const title = useId()
  const { value, again } = useResource<Changes>("/changes", live, (event) => event.kind === "entered")
  async function close(upTo: number): Promise<void> {
    await tell("/changes/read", { index: upTo })
    again()
  }
  return (
    <>
      <Heading id={title}>{t("changes.title")}</Heading>
      {value && (
        <>
          <p>
            {value.since ? t("changes.since") : t("changes.never")} {value.since && <FullInstant at={value.since.at} />}
          </p>
          {value.cut && <p className="hint">{t("changes.cut", { count: value.rows.length })}</p>}
          {value.rows.length === 0 ? (
            <p>{t("changes.none")}</p>
          ) : (
            <LongList labelledBy={title} rows={value.rows} keyOf={keyOf}>
              {(row) => <Change row={row} />}
            </LongList>
          )}
          <div className="buttons">
            <Button
              className="button strong"
              isDisabled={silent || value.rows.length === 0}
              onPress={() => void close(value.upTo)}
            >
              {t("changes.close")}
            </Button>
            <span className="hint">{t("changes.close-meaning")}</span>
          </div>
        </>
      )}
    </>
  )
}

function keyOf({ index, matter }: ChangeRow): string {
  return `${index}/${matter}`
}

function Change({ row }: { row: ChangeRow }) {
  const { status } = useDesk()
  const { t, code } = useWords()
  const nameOf = useNameOf()
  const lineName = useLineName()
  const line = status.lines.find((one) => one.id === row.line)
  const href = row.subject === null ? `/line/${row.line}` : `/message/${row.line}/${row.matter}`
  return (
    <div className="message-item">
      <PrecedenceMark of={row.precedence} />
      <span className="from">
        {nameOf(row.by)}{" "}
        {line && (
          <small>
            {line.members.length > 2
              ? t("board.of-many", { count: line.members.length })
              : t("changes.on", { line: lineName(line) })}
          </small>
        )}
      </span>
      <To data-row href={href}>
        {code("act", row.kind)}
        {row.subject !== null && (
          <>
            : <span lang={row.language ?? undefined}>{row.subject}</span>
          </>
        )}
      </To>
      <span className="marks">
        {row.refused !== null && (
          <span className="mark">
            {t("envelope.not-taken")} {code("refused", row.refused)}
          </span>
        )}
      </span>
      <Instant at={row.at} />
    </div>
  )
}
