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

type Doing = {
  message: MessageView
  offered: ReturnType<typeof offers>
  /** What was handed in from this screen, and is not entered yet. */
  handed: readonly Asked[]
  /** What is offered and may be pressed now. */
  may(what: Offered): boolean
  ask(what: Asked): void
  hold(): void
}

/** What an officer can do with this message; what the rules would refuse is said in words instead of offered. */
export function Actions({ message, again }: { message: MessageView; again(): void }) {
  const { status, live, silent } = useDesk()
  const { t } = useWords()
  const [asked, setAsked] = useState<Asked>()
  const [handed, setHanded] = useState<readonly Asked[]>([])
  const offered = offers(message, status, live.now())
  const doing: Doing = {
    ...{ message, offered, handed, ask: setAsked },
    may: (what) => offered[what] === "permitted" && !handed.includes(what) && !silent,
    hold: () => void tell(`/messages/${message.line}/${message.matter}/hold`).then(again),
  }
  useActionKeys(doing)
  function onHanded(what: Asked): void {
    setHanded([...handed, what])
    again()
  }
  return (
    <section className="actions" aria-label={t("actions.title")}>
      <Buttons {...doing} />
      <Refusals {...doing} />
      {asked && <Question asked={asked} message={message} onClose={() => setAsked(undefined)} onHanded={onHanded} />}
    </section>
  )
}

function useActionKeys({ message, may, ask, hold }: Doing): void {
  const { status, silent } = useDesk()
  const isOwn = message.by === status.delegation
  const isStop = message.form === "emergency-stop"
  const question = (what: Offered, offered: boolean) => (!isOwn && offered && may(what) ? () => ask(what) : undefined)
  useKeys({
    // A stop has one key for each of these, without a question.
    a: question("acknowledge", !isStop),
    c: question("cascade", !isStop),
    t: question("account", true),
    o: question("object", true),
    r: () => go(replyTo(message)),
    h: isOwn || silent ? undefined : hold,
    p: () => window.print(),
  })
}

function replyTo({ line, matter }: MessageView): string {
  return `/compose?line=${line}&reply=${matter}`
}

/** What somebody would want of a message: of another's to answer it, of one's own to take it back. */
function wanted(isOwn: boolean): readonly Offered[] {
  return isOwn ? ["recall"] : ["acknowledge", "cascade", "account", "confirm", "object"]
}

function Buttons({ message, offered, may, ask, hold }: Doing) {
  const { status, silent } = useDesk()
  const { t } = useWords()
  const isOwn = message.by === status.delegation
  const permitted = wanted(isOwn).filter((what) => offered[what] === "permitted")
  return (
    <div className="buttons">
      {permitted.map((what) => (
        <Button
          key={what}
          className={what === "acknowledge" || what === "recall" ? "button strong" : "button"}
          isDisabled={!may(what)}
          onPress={() => ask(what)}
        >
          {t(`actions.${what}`)}
        </Button>
      ))}
      <To className="button" href={replyTo(message)}>
        {t("actions.reply")}
      </To>
      {!isOwn && (
        <Button className="button" isDisabled={silent} onPress={hold}>
          {t("actions.hold")}
        </Button>
      )}
      <To className="button" href={`/call?line=${message.line}&about=${message.matter}`}>
        {t("call.enter")}
      </To>
      <Button className="button" isDisabled={silent} onPress={() => ask("sheet")}>
        {t("actions.sheet")}
      </Button>
      <Button className="button" onPress={() => window.print()}>
        {t("actions.print")}
      </Button>
      <MessagePage message={message} />
    </div>
  )
}

/** What is not offered, with the rule's reason; and what is on its way. */
function Refusals({ message, offered, handed }: Doing) {
  const { status } = useDesk()
  const { t, code } = useWords()
  return (
    <div className="refusals" role="status">
      {wanted(message.by === status.delegation).map((what) => {
        const verdict = offered[what]
        // What stands on an acknowledgement is offered once there is one; before, it would only be noise.
        if (verdict !== "permitted" && verdict.refused === "message.not-acknowledged") return null
        if (verdict !== "permitted") return <p key={what}>{code("refused", verdict.refused)}</p>
        return handed.includes(what) ? <p key={what}>{t("actions.handed", { what: t(`actions.${what}`) })}</p> : null
      })}
    </div>
  )
}

function Question({ asked, ...dialog }: AnswerDialogProps & { asked: Asked }) {
  if (asked === "acknowledge") return <AcknowledgeDialog {...dialog} />
  if (asked === "object") return <ObjectDialog {...dialog} />
  if (asked === "recall") return <RecallDialog {...dialog} />
  if (asked === "sheet") return <SheetDialog message={dialog.message} onClose={dialog.onClose} />
  return isStatement(asked) && <StateDialog {...dialog} what={asked} />
}

export type AnswerDialogProps = {
  message: MessageView
  onClose(): void
  onHanded(what: Offered): void
}
