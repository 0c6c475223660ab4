import { useState } from "react"
import { Button } from "react-aria-components"
import type { MessageView } from "#offices/joins/screen.ts"
import { tell } from "../desk/ask.ts"
import { useKeys } from "../desk/keys.ts"
import { useDesk } from "../desk/state.ts"
import { To } from "../parts/To.tsx"
import { go } from "../router.ts"
import { useWords } from "../words.ts"
import { AcknowledgeDialog } from "./AcknowledgeDialog.tsx"
import { ObjectDialog } from "./ObjectDialog.tsx"
import { offers } from "./offer.ts"
import { RecallDialog } from "./RecallDialog.tsx"
import { SheetDialog } from "./SheetDialog.tsx"

type Asked = "acknowledge" | "object" | "recall" | "sheet"

/** What an officer can do with this message; what the rules would refuse is said in words instead of offered. */
export function Actions({ message, again }: { message: MessageView; again(): void }) {
  const { status, live, silent } = useDesk()
  const { t, code } = useWords()
  const [asked, setAsked] = useState<Asked>()
  const [handed, setHanded] = useState<readonly Asked[]>([])
  const offered = offers(message, status, live.now())
  const isOwn = message.by === status.delegation
  const may = (what: Exclude<Asked, "sheet">) => offered[what] === "permitted" && !handed.includes(what) && !silent
  const reply = `/compose?line=${message.line}&reply=${message.matter}`
  async function hold(): Promise<void> {
    await tell(`/messages/${message.line}/${message.matter}/hold`)
    again()
  }
  useKeys({
    a: !isOwn && may("acknowledge") ? () => setAsked("acknowledge") : undefined,
    o: !isOwn && may("object") ? () => setAsked("object") : undefined,
    r: () => go(reply),
    h: isOwn || silent ? undefined : () => void hold(),
    p: () => window.print(),
  })
  const wanted: readonly Exclude<Asked, "sheet">[] = isOwn ? ["recall"] : ["acknowledge", "object"]
  const dialog = {
    message,
    onClose: () => setAsked(undefined),
    onHanded: (what: Asked) => {
      setHanded([...handed, what])
      again()
    },
  }
  return (
    <section className="actions" aria-label={t("actions.title")}>
      <div className="buttons">
        {wanted
          .filter((what) => offered[what] === "permitted")
          .map((what) => (
            <Button key={what} className="button strong" isDisabled={!may(what)} onPress={() => setAsked(what)}>
              {t(`actions.${what}`)}
            </Button>
          ))}
        <To className="button" href={reply}>
          {t("actions.reply")}
        </To>
        {!isOwn && (
          <Button className="button" isDisabled={silent} onPress={() => void hold()}>
            {t("actions.hold")}
          </Button>
        )}
        <Button className="button" isDisabled={silent} onPress={() => setAsked("sheet")}>
          {t("actions.sheet")}
        </Button>
        <Button className="button" onPress={() => window.print()}>
          {t("actions.print")}
        </Button>
      </div>
      <div className="refusals" role="status">
        {wanted.map((what) => {
          const verdict = offered[what]
          if (verdict !== "permitted") return <p key={what}>{code("refused", verdict.refused)}</p>
          return handed.includes(what) ? <p key={what}>{t("actions.handed", { what: t(`actions.${what}`) })}</p> : null
        })}
      </div>
      {asked === "acknowledge" && <AcknowledgeDialog {...dialog} />}
      {asked === "object" && <ObjectDialog {...dialog} />}
      {asked === "recall" && <RecallDialog {...dialog} />}
      {asked === "sheet" && <SheetDialog message={message} onClose={dialog.onClose} />}
    </section>
  )
}

export type AnswerDialogProps = {
  message: MessageView
  onClose(): void
  onHanded(what: "acknowledge" | "object" | "recall"): void
}
