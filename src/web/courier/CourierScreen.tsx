import { useState } from "react"
import type { WaitingRow } from "#offices/joins/screen.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { Heading } from "../parts/Heading.tsx"
import { useWords } from "../words.ts"
import { CourierPages } from "./CourierPages.tsx"
import { Give } from "./Give.tsx"
import { TakeIn } from "./TakeIn.tsx"

/** When there is no network: what waits goes out with a courier, and what he brings is taken in. */
export function CourierScreen() {
  const { live } = useDesk()
  const { t } = useWords()
  const [pages, setPages] = useState<readonly string[]>([])
  const { value } = useResource<WaitingRow[]>("/waiting", live, (event) => event.kind === "outbox")
  return (
    <>
      <Heading>{t("courier.title")}</Heading>
      <p>{t("courier.meaning")}</p>
      <Give waiting={value ?? []} onPages={setPages} />
      <TakeIn />
      {pages.length > 0 && <CourierPages pages={pages} />}
    </>
  )
}
