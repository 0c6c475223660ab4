import { useId, useState } from "react"
import { Button } from "react-aria-components"
import type { OwnView, PasskeyView, SessionView } from "#offices/joins/officers.ts"
import { drop } from "../desk/ask.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { AskDialog } from "../parts/AskDialog.tsx"
import { Heading } from "../parts/Heading.tsx"
import { Instant } from "../parts/Instant.tsx"
import { useWords } from "../words.ts"
import { AddPasskey } from "./AddPasskey.tsx"

/** An officer's own way in: which passkeys open this desk, another one, and taking one away. */
export function OwnScreen() {
  const { live } = useDesk()
  const { t } = useWords()
  const { value, again } = useResource<OwnView>("/me", live, (event) => event.kind === "officers")
  return (
    <>
      <Heading>{t("own.title")}</Heading>
      {value && (
        <>
          <p>
            {value.name} · {t(`role.${value.role}`)}
            {value.function !== "" && ` · ${value.function}`}
          </p>
          <Passkeys passkeys={value.passkeys} again={again} />
          <Sessions sessions={value.sessions} again={again} />
        </>
      )}
    </>
  )
}

function Passkeys({ passkeys, again }: { passkeys: readonly PasskeyView[]; again(): void }) {
  const { t } = useWords()
  const title = useId()
  const [leaving, setLeaving] = useState<PasskeyView>()
  return (
    <section className="section" aria-labelledby={title}>
      <h2 id={title}>{t("passkey.title")}</h2>
      {passkeys.length === 0 && <p>{t("passkey.none")}</p>}
      {passkeys.length === 1 && <p>{t("passkey.one")}</p>}
      <ul className="plain-rows">
        {passkeys.map((one) => (
          <PasskeyRow key={one.id} passkey={one} onRemove={() => setLeaving(one)} />
        ))}
      </ul>
      <AddPasskey count={passkeys.length} onAdded={again} />
      {leaving && <RemovePasskey passkey={leaving} onClose={() => setLeaving(undefined)} again={again} />}
    </section>
  )
}

function PasskeyRow({ passkey, onRemove }: { passkey: PasskeyView; onRemove(): void }) {
  const { t } = useWords()
  const { name, added, used } = passkey
  return (
    <li>
      <strong>{name}</strong>
      <span>
        {t("passkey.added")} <Instant at={added} />
      </span>
      <span>
        {used ? (
          <>
            {t("passkey.used")} <Instant at={used} />
          </>
        ) : (
          t("passkey.unused")
        )}
      </span>
      <Button className="button small" aria-label={t("passkey.remove-name", { name })} onPress={onRemove}>
        {t("passkey.remove")}
      </Button>
    </li>
  )
}

/** Where one is signed in; each place but this one can be ended from here. */
function Sessions({ sessions, again }: { sessions: readonly SessionView[]; again(): void }) {
  const { t } = useWords()
  const title = useId()
  return (
    <section className="section" aria-labelledby={title}>
      <h2 id={title}>{t("session.title")}</h2>
      <ul className="plain-rows">
        {sessions.map(({ id, since, last, browser, here }) => (
          <li key={id}>
            <strong>{t(`browser.${browserName(browser)}`)}</strong>
            <span>
              {t("session.since")} <Instant at={since} />
            </span>
            <span>
              {t("session.last")} <Instant at={last} />
            </span>
            {here ? (
              <span>{t("session.here")}</span>
            ) : (
              <Button className="button small" onPress={() => void drop(`/me/sessions/${id}`).then(again)}>
                {t("session.end")}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

const BROWSERS = ["Edg", "OPR", "Firefox", "Chrome", "Safari"] as const

function browserName(family: string): (typeof BROWSERS)[number] | "other" {
  return BROWSERS.find((one) => one === family) ?? "other"
}

function RemovePasskey(props: { passkey: PasskeyView; onClose(): void; again(): void }) {
  const { t, code } = useWords()
  const { passkey, onClose, again } = props
  async function remove(): Promise<string | undefined> {
    const answer = await drop(`/me/passkeys/${passkey.id}`)
    if ("failed" in answer) return code("refused", answer.failed)
    again()
    return undefined
  }
  return (
    <AskDialog
      title={t("passkey.remove-name", { name: passkey.name })}
      confirm={t("passkey.remove")}
      onConfirm={remove}
      onClose={onClose}
    >
      <p>{t("passkey.remove-meaning")}</p>
    </AskDialog>
  )
}
