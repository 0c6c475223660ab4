import { type FormEvent, useEffect, useEffectEvent, useState } from "react"
import { Button } from "react-aria-components"
import type { MessageView } from "#offices/joins/screen.ts"
import { isDiscreet } from "#offices/lines/relay-form.ts"
import { type Draft, dropDraft, keepDraft } from "../desk/drafts.ts"
import { useDesk } from "../desk/state.ts"
import { AttachFiles } from "../files/AttachFiles.tsx"
import {
  type Attaching,
  type DraftFile,
  forgetAttaching,
  isKept,
  useAttaching,
  useCleaned,
} from "../files/attaching.ts"
import { Wrong } from "../parts/Wrong.tsx"
import { go } from "../router.ts"
import { GlossaryHint } from "../translation/GlossaryHint.tsx"
import { useWords } from "../words.ts"
import { ComposeFields } from "./ComposeFields.tsx"
import { FlashDialog } from "./FlashDialog.tsx"
import { hand } from "./hand.ts"
import { PrecedenceChoice } from "./PrecedenceChoice.tsx"
import { RelayChoice } from "./RelayChoice.tsx"
import { goesBack, isUnattributed, lackingRelay, relayAsked, relayOfReply, travels } from "./relaying.ts"
import { readReplyBy } from "./reply-by.ts"
import { missing, wordsOf } from "./writing.ts"

/** The form of a message. Every stroke is kept as a draft; a FLASH is asked about once more before it goes. */
export function ComposeForm({ first, original }: { first: Draft; original?: MessageView | undefined }) {
  const { status, live, silent } = useDesk()
  const { t, code } = useWords()
  const [draft, setDraft] = useState(first)
  const [wrong, setWrong] = useState<string>()
  const [asking, setAsking] = useState(false)
  useEffect(() => {
    if (draft !== first) keepDraft(status.delegation, draft)
  }, [draft, first, status.delegation])
  const back = goesBack(original)
  useEffect(() => {
    // A reply to relayed words goes back the way they came, unless its officer says otherwise.
    if (original) setDraft((d) => (d.relay === undefined ? { ...d, relay: relayOfReply(original) } : d))
  }, [original])
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part, at: new Date(live.now()).toISOString() })
  const attaching = useAttaching(draft.id, first.files ?? [])
  const keepFiles = useEffectEvent((files: readonly DraftFile[]) => change({ files }))
  const mustBeClean = isUnattributed(draft, back)
  useCleaned(attaching, mustBeClean)
  const whole = JSON.stringify(attaching.files.filter(isKept).map(draftFile))
  const kept = JSON.stringify(draft.files ?? [])
  useEffect(() => {
    if (whole !== kept) keepFiles(JSON.parse(whole))
  }, [whole, kept])

  async function send(): Promise<string | undefined> {
    const replyBy = readReplyBy(draft.replyBy)
    const { line, language, subject, body, token, replyTo } = draft
    const files = attaching.files.map((file) => file.upload)
    const relay = relayAsked(draft, back)
    const more = { ...(replyBy && { replyBy }), ...(replyTo !== null && { replyTo }), ...(relay && { relay }) }
    const said = { act: "message.sent", line, precedence: travels(draft, back), fields: { language, ...more } }
    const answer = await hand({ ...said, texts: { subject, body }, files, token })
    if ("failed" in answer) return code("refused", answer.failed)
    forgetAttaching(draft.id, false)
    dropDraft(status.delegation, draft.id)
    if (answer.held) return undefined
    // What waits for its slot is no message of the line yet: it stands among what was handed in.
    go(isDiscreet(relay, said.precedence) ? "/" : `/message/${line}/${answer.matter}`, "replace")
    return undefined
  }
  function submit(event: FormEvent): void {
    event.preventDefault()
    const files = attaching.files
    const lack = missing(draft, live.now()) ?? lackingFile(files) ?? lackingRelay(draft, back, files)
    setWrong(lack && t(lack))
    if (lack) return
    if (draft.precedence === "FLASH") setAsking(true)
    else void send().then(setWrong)
  }
  return (
    <form className="form" onSubmit={submit}>
      <ComposeFields draft={draft} change={change} original={original} />
      <AttachFiles attaching={attaching} mustBeClean={mustBeClean} />
      <RelayChoice draft={draft} change={change} original={original} files={attaching.files} />
      <PrecedenceChoice chosen={draft.precedence} onChoose={(precedence) => change({ precedence })} />
      <GlossaryHint text={`${draft.subject} ${draft.body}`} language={draft.language} />
      <p className="hint" role="status">
        {t("compose.words", { count: wordsOf(draft) })}
      </p>
      <Wrong>{wrong}</Wrong>
      <div className="buttons">
        <Button className="button strong" type="submit" isDisabled={silent}>
          {t("compose.send")}
        </Button>
        <Button
          className="button"
          onPress={() => {
            forgetAttaching(draft.id, true)
            dropDraft(status.delegation, draft.id)
            go("/")
          }}
        >
          {t("compose.discard")}
        </Button>
        <span className="hint">{t("drafts.here-only")}</span>
      </div>
      {asking && <FlashDialog draft={draft} onConfirm={send} onClose={() => setAsking(false)} />}
    </form>
  )
}

function draftFile({ upload, name, type, size }: Attaching): DraftFile {
  return { upload, name, type, size }
}

/** A message leaves with all that stands in its list, or not at all. */
function lackingFile(files: readonly Attaching[]) {
  if (files.some((file) => file.state === "failed")) return "files.has-failed"
  return files.every((file) => file.state === "sealed") ? undefined : "files.not-whole"
}
