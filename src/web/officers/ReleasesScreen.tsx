import { useId, useState } from "react"
import { Button } from "react-aria-components"
import type { HeldRow, OwnView, ReleasesView } from "#offices/joins/officers.ts"
import { type Answer, put, tell } from "../desk/ask.ts"
import { useMay } from "../desk/powers.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { Heading } from "../parts/Heading.tsx"
import { Wrong } from "../parts/Wrong.tsx"
import { useWords } from "../words.ts"
import { Held } from "./Held.tsx"
import { showPasskey } from "./passkey.ts"

/** What waits for a second officer, what became of it, and for which kinds of act this desk asks one. */
export function ReleasesScreen() {
  const { live } = useDesk()
  const { t, code } = useWords()
  const { value, again } = useResource<ReleasesView>("/releases", live, (event) => event.kind === "officers")
  const { value: me } = useResource<OwnView>("/me", live, (event) => event.kind === "officers")
  const [wrong, setWrong] = useState<string>()
  const took = (answer: Answer<unknown>) => {
    setWrong("failed" in answer ? code("refused", answer.failed) : undefined)
    again()
  }
  // Without any passkey, which only an exercise allows, the session alone releases, and it is marked.
  const release = ({ id }: HeldRow) =>
    me?.passkeys.length === 0
      ? tell(`/releases/${id}/release`)
      : showPasskey(`/releases/${id}/options`, `/releases/${id}/release`)
  return (
    <>
      <Heading>{t("release.title")}</Heading>
      <p>{t("release.meaning")}</p>
      <Wrong>{wrong}</Wrong>
      {value?.rows.length === 0 && <p>{t("release.none")}</p>}
      <ul className="held">
        {value?.rows.map((row) => (
          <Held
            key={row.id}
            row={row}
            onRelease={() => void release(row).then(took)}
            onReturn={(note) => void tell(`/releases/${row.id}/return`, { note }).then(took)}
            onWithdraw={() => void tell(`/releases/${row.id}/withdraw`).then(took)}
          />
        ))}
      </ul>
      {value && <Policy view={value} again={again} />}
    </>
  )
}

/** For which kinds of act: shown to everybody, changed by the head of delegation. */
function Policy({ view, again }: { view: ReleasesView; again(): void }) {
  const { t, code } = useWords()
  const may = useMay()
  const title = useId()
  const [chosen, choose] = useState<readonly string[]>(view.policy)
  const toggle = (kind: string, on: boolean) => choose(on ? [...chosen, kind] : chosen.filter((one) => one !== kind))
  return (
    <section className="section" aria-labelledby={title}>
      <h2 id={title}>{t("release.policy")}</h2>
      {may("appoint") ? (
        <>
          <fieldset>
            <legend>{t("release.policy-choose")}</legend>
            {view.kinds.map((kind) => (
              <label key={kind} className="check">
                <input
                  type="checkbox"
                  checked={chosen.includes(kind)}
                  onChange={(event) => toggle(kind, event.target.checked)}
                />
                {code("act", kind)}
              </label>
            ))}
          </fieldset>
          <Button className="button" onPress={() => void put("/releases/policy", { kinds: chosen }).then(again)}>
            {t("release.policy-set")}
          </Button>
        </>
      ) : (
        <ul>
          {view.policy.map((kind) => (
            <li key={kind}>{code("act", kind)}</li>
          ))}
        </ul>
      )}
    </section>
  )
}
