import type { MessageView } from "#offices/joins/screen.ts"
import { ATTRIBUTIONS } from "#offices/lines/relay-form.ts"
import type { Draft } from "../desk/drafts.ts"
import { useDesk } from "../desk/state.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { alternat } from "../parts/order.ts"
import { useWords } from "../words.ts"
import { RelayPreview } from "./RelayPreview.tsx"
import { type Cleaning, goesBack, lineToSecretariat, relayOfReply } from "./relaying.ts"

type Props = {
  draft: Draft
  change(part: Partial<Draft>): void
  original: MessageView | undefined
  files: readonly Cleaning[]
}

/** Asking the secretariat to pass the words on: to whom, under whose name, and exactly what will be read there. */
export function RelayChoice({ draft, change, original, files }: Props) {
  const { status } = useDesk()
  const { t } = useWords()
  if (draft.line === "" || lineToSecretariat(status)?.id !== draft.line) return null
  const back = goesBack(original)
  const fresh = original && relayOfReply(original)
  const toggle = (on: boolean) => change({ relay: on ? (fresh ?? { to: [], attribution: "attributed" }) : null })
  return (
    <fieldset className="relay-choice">
      <label className="check">
        <input type="checkbox" checked={draft.relay != null} onChange={({ target }) => toggle(target.checked)} />
        <span>
          {t("relay.ask")} <small>{t("relay.ask-hint")}</small>
        </span>
      </label>
      {draft.relay && back && <p>{t("relay.back")}</p>}
      {draft.relay && !back && <Addressees draft={draft} change={change} />}
      {draft.relay && !back && <Names draft={draft} change={change} />}
      {draft.relay && <RelayPreview draft={draft} back={back} files={files} />}
    </fieldset>
  )
}

function Addressees({ draft, change }: Pick<Props, "draft" | "change">) {
  const { status } = useDesk()
  const { t } = useWords()
  const nameOf = useNameOf()
  const relay = draft.relay ?? { to: [], attribution: "attributed" as const }
  const names = status.delegations
    .filter(({ name, state }) => state === "active" && name !== status.delegation && name !== status.secretariat)
    .map(({ name }) => name)
  return (
    <fieldset>
      <legend>{t("relay.to")}</legend>
      {alternat(names, status, draft.id).map((name) => (
        <label key={name} className="check">
          <input
            type="checkbox"
            checked={relay.to.includes(name)}
            onChange={({ target }) => {
              const others = relay.to.filter((one) => one !== name)
              change({ relay: { ...relay, to: target.checked ? [...others, name] : others } })
            }}
          />
          {nameOf(name)}
        </label>
      ))}
    </fieldset>
  )
}

function Names({ draft, change }: Pick<Props, "draft" | "change">) {
  const { t } = useWords()
  const relay = draft.relay ?? { to: [], attribution: "attributed" as const }
  return (
    <fieldset>
      <legend>{t("relay.attribution")}</legend>
      {ATTRIBUTIONS.map((attribution) => (
        <label key={attribution} className="check">
          <input
            type="radio"
            name="attribution"
            checked={relay.attribution === attribution}
            onChange={() => change({ relay: { ...relay, attribution } })}
          />
          <span>
            {t(`relay.${attribution}`)} <small>{t(`relay.${attribution}-means`)}</small>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
