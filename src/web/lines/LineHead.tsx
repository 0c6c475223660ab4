import { useState } from "react"
import { Button } from "react-aria-components"
import type { LineView } from "#offices/joins/screen.ts"
import { useMay } from "../desk/powers.ts"
import { useDesk } from "../desk/state.ts"
import { AskDialog } from "../parts/AskDialog.tsx"
import { Delegations, useLineName } from "../parts/Delegation.tsx"
import { Hash } from "../parts/Hash.tsx"
import { To } from "../parts/To.tsx"
import { useWords } from "../words.ts"
import { hand } from "./hand.ts"
import { LineLog } from "./LineLog.tsx"

/** What a line says of the one before it: its proposer's word, beside what this desk holds. */
function Follows({ of: { line, place, fits } }: { of: NonNullable<LineView["follows"]> }) {
  const { status } = useDesk()
  const { t } = useWords()
  const lineName = useLineName()
  const known = status.lines.find((one) => one.id === line)
  if (!known || fits === null) return <span>{t("line.follows-unknown")}</span>
  const name = lineName(known)
  if (!fits) return <strong>{t("line.follows-differs", { name })}</strong>
  return <To href={`/line/${line}`}>{t("line.follows-fits", { name, place })}</To>
}

/** Members in the alternat, purpose, state; and accepting, where this delegation is awaited. */
export function LineHead({ line }: { line: LineView }) {
  const { status, silent, again } = useDesk()
  const may = useMay()
  const { t, code } = useWords()
  const [asking, setAsking] = useState(false)
  async function accept(): Promise<string | undefined> {
    const answer = await hand({ act: "line.accepted", line: line.id, fields: { matter: line.id } })
    again()
    return "failed" in answer ? code("refused", answer.failed) : undefined
  }
  return (
    <div className="head">
      <dl className="facts">
        <dt>{t("line.members")}</dt>
        <dd>
          <Delegations names={line.members} document={line.id} /> <small>{t("order.note")}</small>
        </dd>
        <dt>{t("line.purpose")}</dt>
        <dd lang="">{line.purpose}</dd>
        {!line.open && (
          <>
            <dt>{t("line.state")}</dt>
            <dd>
              {t("line.awaits")} <Delegations names={line.awaited} document={line.id} />
            </dd>
          </>
        )}
        {line.follows && (
          <>
            <dt>{t("line.follows")}</dt>
            <dd>
              <Follows of={line.follows} />
            </dd>
          </>
        )}
        {line.followedBy.length > 0 && (
          <>
            <dt>{t("line.followed-by")}</dt>
            <dd>
              {line.followedBy.map((id) => (
                <To key={id} href={`/line/${id}`}>
                  <Hash of={id} />
                </To>
              ))}
            </dd>
          </>
        )}
      </dl>
      <details>
        <summary>{t("line.more")}</summary>
        <dl className="facts">
          <dt>{t("line.proposed-by")}</dt>
          <dd>
            <Delegations names={[line.proposedBy]} document={line.id} />
          </dd>
          <dt>{t("line.state")}</dt>
          <dd>{t(line.open ? "line.open" : "line.not-open")}</dd>
          <dt>{t("line.id")}</dt>
          <dd>
            <Hash of={line.id} />
          </dd>
        </dl>
      </details>
      <div className="buttons">
        {line.open && (
          <To className="button strong" href={`/compose?line=${line.id}`}>
            {t("line.write")}
          </To>
        )}
        {line.open && (
          <To className="button" href={`/lines/new?follows=${line.id}`}>
            {t("line.successor")}
          </To>
        )}
        {may("write") && !line.open && line.awaited.includes(status.delegation) && (
          <Button
            className="button strong"
            isDisabled={silent || line.follows?.fits === false}
            onPress={() => setAsking(true)}
          >
            {t("line.accept")}
          </Button>
        )}
        {may("export") && <LineLog line={line} />}
      </div>
      {asking && (
        <AskDialog
          title={t("line.accept")}
          confirm={t("line.accept")}
          onConfirm={accept}
          onClose={() => setAsking(false)}
        >
          <p>{t("line.accept-meaning")}</p>
        </AskDialog>
      )}
    </div>
  )
}
