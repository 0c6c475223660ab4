import type { RelayView, ReleaseView } from "#offices/joins/relays.ts"
import type { MessageView } from "#offices/joins/screen.ts"
import { useDesk } from "../desk/state.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { Notice } from "../parts/Notice.tsx"
import { alternat } from "../parts/order.ts"
import { useWords } from "../words.ts"

/** Whose words a message passes on, and by whose signature that is known; or to whom it is to be passed on. */
export function RelayFacts({ message }: { message: MessageView }) {
  const { relay } = message
  if (!relay) return null
  if (relay.side === "circular") return <Released message={message} release={relay.release} whose={message.by} />
  return relay.side === "asked" ? <Asked message={message} relay={relay} /> : <Passed message={message} relay={relay} />
}

function Asked({ message, relay }: { message: MessageView; relay: Extract<RelayView, { side: "asked" }> }) {
  const { status } = useDesk()
  const { t } = useWords()
  const nameOf = useNameOf()
  const isOwn = message.by === status.delegation
  const whose = relay.attribution === "attributed" ? t("relay.signed-by", { name: nameOf(message.by) }) : undefined
  return (
    <dl className="facts">
      <dt>{t("relay.asked-for")}</dt>
      <dd>
        {relay.to === null ? t("relay.asked-back") : alternat(relay.to, status, message.line).map(nameOf).join(" · ")}
      </dd>
      <dt>{t("relay.attribution")}</dt>
      <dd>{whose ?? t(isOwn ? "relay.unattributed" : "relay.no-name")}</dd>
    </dl>
  )
}

function Passed({ message, relay }: { message: MessageView; relay: Extract<RelayView, { side: "passed" }> }) {
  return <Released message={message} release={relay.release} whose={relay.from} />
}

type ReleasedProps = { message: MessageView; release: ReleaseView | null; whose: string | null }

/** Whose words these are, and by which signature that is known. */
function Released({ message, release, whose }: ReleasedProps) {
  const { status } = useDesk()
  const { t } = useWords()
  const nameOf = useNameOf()
  return (
    <>
      <dl className="facts">
        <dt>{t("relay.whose")}</dt>
        <dd>
          {whose === null ? t("relay.no-name") : <strong>{t("relay.signed-by", { name: nameOf(whose) })}</strong>}
        </dd>
        {release && (
          <>
            <dt>{t("relay.signature")}</dt>
            <dd>
              {t("relay.verified")} <FullInstant at={release.at} />
            </dd>
            <dt>{t("relay.same-to")}</dt>
            <dd>{alternat(release.to, status, message.line).map(nameOf).join(" · ")}</dd>
          </>
        )}
      </dl>
      {release?.again && <Notice>{t("relay.again")}</Notice>}
    </>
  )
}
