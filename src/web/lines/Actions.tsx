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
import { MessagePage } from "./MessagePage.tsx"
import { ObjectDialog } from "./ObjectDialog.tsx"
import { type Offered, offers } from "./offer.ts"
import { RecallDialog } from "./RecallDialog.tsx"
import { SheetDialog } from "./SheetDialog.tsx"
import { isStatement, StateDialog } from "./StateDialog.tsx"

type Asked = Offered | "sheet"

/** What an officer can do with this message; what the rules would refuse is said in words instead of offered. */
export function Actions({ message, again }: { message: MessageView; again(): void }) {
  const { status, live, silent } = useDesk()
  const { t, code } = useWords()
  const [asked, setAsked] = useState<Asked>()
  const [handed, setHanded] = useState<readonly Asked[]>([])
  const offered = offers(message, status, live.now())
  const isOwn = message.by === status.delegation
  const isStop = message.form === "emergency-stop"
  const may = (what: Offered) => offered[what] === "permitted" && !handed.includes(what) && !silent
  const reply = `/compose?line=${message.line}&reply=${message.matter}`
  async function hold(): Promise<void> {
    await tell(`/messages/${message.line}/${message.matter}/hold`)
    again()
  }
  useKeys({
    // A stop has one key for each of these, without a question.
    a: !isOwn && !isStop && may("acknowledge") ? () => setAsked("acknowledge") : undefined,
    c: !isOwn && !isStop && may("cascade") ? () => setAsked("cascade") : undefined,
    t: !isOwn && may("account") ? () => setAsked("account") : undefined,
    o: !isOwn && may("object") ? () => setAsked("object") : undefined,
    r: () => go(reply),
    h: isOwn || silent ? undefined : () => void hold(),
    p: () => window.print(),
  })
  const wanted: readonly Offered[] = isOwn ? ["recall"] : ["acknowledge", "cascade", "account", "confirm", "object"]
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
            <Button
              key={what}
              className={what === "acknowledge" || what === "recall" ? "button strong" : "button"}
              isDisabled={!may(what)}
              onPress={() => setAsked(what)}
            >
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
        <To className="button" href={`/call?line=${message.line}&about=${message.matter}`}>
          {t("call.enter")}
        </To>
        <Button className="button" isDisabled={silent} onPress={() => setAsked("sheet")}>
          {t("actions.sheet")}
        </Button>
        <Button className="button" onPress={() => window.print()}>
          {t("actions.print")}
        </Button>
        <MessagePage message={message} />
      </div>
      <div className="refusals" role="status">
        {wanted.map((what) => {
          const verdict = offered[what]
          // What stands on an acknowledgement is offered once there is one; before, it would only be noise.
          if (verdict !== "permitted" && verdict.refused === "message.not-acknowledged") return null
          if (verdict !== "permitted") return <p key={what}>{code("refused", verdict.refused)}</p>
          return handed.includes(what) ? <p key={what}>{t("actions.handed", { what: t(`actions.${what}`) })}</p> : null
        })}
      </div>
      {asked === "acknowledge" && <AcknowledgeDialog {...dialog} />}
      {asked === "object" && <ObjectDialog {...dialog} />}
      {isStatement(asked) && <StateDialog {...dialog} what={asked} />}
      {asked === "recall" && <RecallDialog {...dialog} />}
      {asked === "sheet" && <SheetDialog message={message} onClose={dialog.onClose} />}
    </section>
  )
}

export type AnswerDialogProps = {
  message: MessageView
  onClose(): void
  onHanded(what: Offered): void
}
