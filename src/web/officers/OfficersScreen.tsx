import { useState } from "react"
import { Button } from "react-aria-components"
import type { OfficerView } from "#offices/joins/officers.ts"
import { type Answer, tell } from "../desk/ask.ts"
import { useMay } from "../desk/powers.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { Heading } from "../parts/Heading.tsx"
import { Instant } from "../parts/Instant.tsx"
import { Notice } from "../parts/Notice.tsx"
import { useWords } from "../words.ts"
import { ChangeOfficer } from "./ChangeOfficer.tsx"
import { Invite } from "./Invite.tsx"
import { Tokens } from "./Tokens.tsx"

/** A link that was just made: shown once, to be handed over in person. */
export type NewLink = { name: string; link: string }

/** Who sits at this desk, inviting another, and the way back for an officer who lost all passkeys. */
export function OfficersScreen() {
  const { live } = useDesk()
  const { t, code } = useWords()
  const { value, again } = useResource<OfficerView[]>("/officers", live, (event) => event.kind === "officers")
  const [made, setMade] = useState<NewLink>()
  const [wrong, setWrong] = useState<string>()
  const [changing, setChanging] = useState<OfficerView>()
  const may = useMay()
  async function say(path: string, name: string): Promise<void> {
    const answer: Answer<{ link?: string }> = await tell(path)
    setWrong("failed" in answer ? code("refused", answer.failed) : undefined)
    if ("value" in answer && answer.value.link) setMade({ name, link: answer.value.link })
    again()
  }
  return (
    <>
      <Heading>{t("officers.title")}</Heading>
      <p>{t("officers.meaning")}</p>
      {made && <ShownLink made={made} />}
      {wrong !== undefined && (
        <p role="alert" className="wrong">
          {wrong}
        </p>
      )}
      <ul className="plain-rows">
        {value?.map((officer) => (
          <OfficerRow
            key={officer.id}
            officer={officer}
            say={(path) => void say(path, officer.name)}
            onChange={() => setChanging(officer)}
          />
        ))}
      </ul>
      {may("appoint") && (
        <Invite
          onMade={(link) => {
            setMade(link)
            again()
          }}
        />
      )}
      {may("appoint") && <Tokens />}
      {changing && <ChangeOfficer officer={changing} onClose={() => setChanging(undefined)} again={again} />}
    </>
  )
}

function ShownLink({ made }: { made: NewLink }) {
  const { t } = useWords()
  return (
    <Notice live>
      <p>{t("officers.link", { name: made.name })}</p>
      <p className="link-word">
        <code>{`${location.origin}/sign-in#${made.link}`}</code>
      </p>
      <p className="hint">{t("officers.link-meaning")}</p>
    </Notice>
  )
}

function OfficerRow(props: { officer: OfficerView; say(path: string): void; onChange(): void }) {
  const { officer, say, onChange } = props
  const { status } = useDesk()
  const { t } = useWords()
  const may = useMay()
  const { name, role, passkeys, recovery, ended } = officer
  const isOther = officer.id !== status.me.id
  return (
    <li>
      <strong>{name}</strong>
      <span>
        {t(`role.${role}`)}
        {officer.function !== "" && ` · ${officer.function}`}
      </span>
      <Term officer={officer} />
      <span>{passkeys === 0 ? t("officers.no-passkey") : t("officers.passkeys", { count: passkeys })}</span>
      {recovery && (
        <span>
          {t("recovery.asked", { name: recovery.askedBy })} <Instant at={recovery.asked} />
        </span>
      )}
      {may("vouch") && isOther && ended === null && !recovery && (
        <Button
          className="button small"
          aria-label={t("recovery.ask-name", { name })}
          onPress={() => say(`/officers/${officer.id}/recovery`)}
        >
          {t("recovery.ask")}
        </Button>
      )}
      {may("appoint") && isOther && recovery && (
        <Button
          className="button small"
          aria-label={t("recovery.release-name", { name })}
          onPress={() => say(`/recoveries/${recovery.id}/release`)}
        >
          {t("recovery.release")}
        </Button>
      )}
      {may("appoint") && ended === null && (
        <Button className="button small" aria-label={t("officers.change-name", { name })} onPress={onChange}>
          {t("officers.change")}
        </Button>
      )}
    </li>
  )
}

/** From when until when, as far as it was said; and that access has ended. */
function Term({ officer: { begins, until, ended } }: { officer: OfficerView }) {
  const { t } = useWords()
  const end = ended ?? until
  if (!begins && !end) return null
  return (
    <span>
      {begins && (
        <>
          {t("term.from")} <Instant at={begins} />{" "}
        </>
      )}
      {end && (
        <>
          {t(ended ? "term.ended" : "term.until")} <Instant at={end} />
        </>
      )}
    </span>
  )
}
